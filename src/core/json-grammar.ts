/**
 * Strict JSON (RFC 8259) over bytes: each function takes the offset where something begins and returns the offset
 * after it, or INVALID. Nothing is built, so data passes through without being parsed; one pass, linear.
 * A read past the end yields NUL, which no rule allows, so truncated texts need no checks of their own.
 */

export const INVALID = -1;

/** Levels of arrays and objects in one text; bounds the recursion. Real payloads stay far below. */
export const MAX_JSON_DEPTH = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const LITERALS = ["true", "false", "null"].map((word) => new TextEncoder().encode(word));

/** Called for each member or element of the outermost object or array, with the ranges of its raw bytes. */
export type VisitMember = (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void;
export type VisitElement = (start: number, end: number) => void;

export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

export function skipValue(bytes: Uint8Array, at: number, depth: number): number {
  const first = bytes[at] ?? 0;
  if (first === QUOTE) return skipString(bytes, at);
  if (first === OPEN_BRACE) return skipObject(bytes, at, depth);
  if (first === OPEN_BRACKET) return skipArray(bytes, at, depth);
  if (first === MINUS || isDigit(first)) return skipNumber(bytes, at);
  return skipLiteral(bytes, at);
}

export function skipObject(bytes: Uint8Array, start: number, depth: number, visit?: VisitMember): number {
  if (bytes[start] !== OPEN_BRACE || depth >= MAX_JSON_DEPTH) return INVALID;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (bytes[at] !== QUOTE) return INVALID;
    const nameEnd = skipString(bytes, at);
    if (nameEnd === INVALID) return INVALID;
    const colon = skipSpace(bytes, nameEnd);
    if (bytes[colon] !== COLON) return INVALID;
    const valueStart = skipSpace(bytes, colon + 1);
    const valueEnd = skipValue(bytes, valueStart, depth + 1);
    if (valueEnd === INVALID) return INVALID;
    visit?.(at, nameEnd, valueStart, valueEnd);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    if (bytes[at] !== COMMA) return INVALID;
    at = skipSpace(bytes, at + 1);
  }
}

export function skipArray(bytes: Uint8Array, start: number, depth: number, visit?: VisitElement): number {
  if (bytes[start] !== OPEN_BRACKET || depth >= MAX_JSON_DEPTH) return INVALID;
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = skipValue(bytes, at, depth + 1);
    if (end === INVALID) return INVALID;
    visit?.(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    if (bytes[at] !== COMMA) return INVALID;
    at = skipSpace(bytes, at + 1);
  }
}

function skipString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return INVALID;
    if (byte === BACKSLASH) {
      at = skipEscape(bytes, at);
      if (at === INVALID) return INVALID;
    } else if (byte < 0x80) {
      at++;
    } else {
      const length = utf8Length(bytes, at);
      if (length === 0) return INVALID;
      at += length;
    }
  }
}

function skipEscape(bytes: Uint8Array, start: number): number {
  switch (bytes[start + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return start + 2;
    case 0x75: // u
      for (let at = start + 2; at < start + 6; at++) if (!isHexDigit(bytes[at] ?? 0)) return INVALID;
      return start + 6;
    default:
      return INVALID;
  }
}

/** Length of the multi-byte UTF-8 sequence at `at`, or 0 where there is none (overlong, surrogate, truncated). */
function utf8Length(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead >= 0xc2 && lead <= 0xdf) return isContinuation(second) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const lowest = lead === 0xe0 ? 0xa0 : 0x80;
    const highest = lead === 0xed ? 0x9f : 0xbf;
    return second >= lowest && second <= highest && isContinuation(bytes[at + 2] ?? 0) ? 3 : 0;
  }
  if (lead < 0xf0 || lead > 0xf4) return 0;
  const lowest = lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xf4 ? 0x8f : 0xbf;
  const rest = isContinuation(bytes[at + 2] ?? 0) && isContinuation(bytes[at + 3] ?? 0);
  return second >= lowest && second <= highest && rest ? 4 : 0;
}

function skipNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  at = bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at);
  if (at !== INVALID && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  if (at !== INVALID && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const sign = bytes[at + 1];
    at = skipDigits(bytes, sign === 0x2b || sign === MINUS ? at + 2 : at + 1);
  }
  return at;
}

/** At least one digit. */
function skipDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at] ?? 0)) at++;
  return at === start ? INVALID : at;
}

function skipLiteral(bytes: Uint8Array, start: number): number {
  for (const word of LITERALS) {
    if (word.every((byte, index) => bytes[start + index] === byte)) return start + word.length;
  }
  return INVALID;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}
