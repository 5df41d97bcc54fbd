/** The words, literals and signs of a CESQL text. Positions are offsets into the text, in UTF-16 units from 0. */
import { Malformed } from "./malformed.ts";

export type Token =
  /** Without its quotes, its own quote unescaped. */
  | { readonly kind: "string"; readonly at: number; readonly value: string }
  /** Digits alone: a sign is a token of its own. */
  | { readonly kind: "digits"; readonly at: number; readonly text: string }
  | { readonly kind: "word"; readonly at: number; readonly text: string }
  | { readonly kind: "sign"; readonly at: number; readonly text: string }
  | { readonly kind: "end"; readonly at: number };

/**
 * Bounds the time that reading takes, and how deep expressions without parentheses nest (each operator needs two
 * tokens). A list of nearly a thousand values fits.
 */
export const MAX_TOKENS = 2_000;

const SPACE = /[ \t\r\n]*/y;
const WORD = /[A-Za-z0-9_]+/y;
const SIGN = /!=|<>|<=|>=|[-=<>+*/%(),]/y;
const DIGITS_ONLY = /^[0-9]+$/;

/** All tokens, the end as the last. Throws `Malformed`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = endOf(SPACE, text, 0);
  while (at < text.length) {
    if (tokens.length === MAX_TOKENS) throw new Malformed(at, `more than ${MAX_TOKENS} words and signs`);
    const { token, end } = readToken(text, at);
    tokens.push(token);
    at = endOf(SPACE, text, end);
  }
  tokens.push({ kind: "end", at });
  return tokens;
}

function readToken(text: string, at: number): { readonly token: Token; readonly end: number } {
  const first = text.charAt(at);
  if (first === "'" || first === '"') return readString(text, at, first);
  const wordEnd = endOf(WORD, text, at);
  if (wordEnd > at) {
    const word = text.slice(at, wordEnd);
    return { token: { kind: DIGITS_ONLY.test(word) ? "digits" : "word", at, text: word }, end: wordEnd };
  }
  const signEnd = endOf(SIGN, text, at);
  if (signEnd > at) return { token: { kind: "sign", at, text: text.slice(at, signEnd) }, end: signEnd };
  const unknown = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new Malformed(at, `${JSON.stringify(unknown)} is no part of CESQL`);
}

/** A backslash keeps a quote from closing the text. Only before that quote it goes; elsewhere LIKE may need it. */
function readString(text: string, at: number, quote: string): { readonly token: Token; readonly end: number } {
  let value = "";
  for (let next = at + 1; next < text.length; next++) {
    const char = text.charAt(next);
    if (char === quote) return { token: { kind: "string", at, value }, end: next + 1 };
    if (char !== "\\") value += char;
    else {
      next++;
      const escaped = text.charAt(next);
      value += escaped === quote ? quote : `\\${escaped}`;
    }
  }
  throw new Malformed(at, `the text that begins here is not closed: expected ${quote}`);
}

/** Where the match that begins at `at` ends, `at` itself without one. */
function endOf(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : at;
}
