/** The parts of a JSON text as ranges of its raw bytes, so that `data` survives exactly as it was written. */
import { INVALID, skipArray, skipObject, skipSpace, skipValue } from "./json-grammar.ts";

/** Bytes from `start` up to, not including, `end`. */
export interface JsonRange {
  readonly start: number;
  readonly end: number;
}

export interface JsonMember extends JsonRange {
  /** Unescaped. */
  readonly name: string;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BACKSLASH = 0x5c;
/**
 * Members or elements that are told apart in one text; one with more is treated as invalid. Real events have dozens,
 * and a text of nothing but tiny members would take many times its size in memory.
 */
export const MAX_PARTS = 65_536;
/** A batch's array and an event's object: data must be readable below both. */
const LEVELS_AROUND_DATA = 2;

/** Members of the one object that `bytes` hold, duplicates included; undefined where they hold anything else or too many. */
export function objectMembers(bytes: Uint8Array): readonly JsonMember[] | undefined {
  const members: JsonMember[] = [];
  let count = 0;
  const end = skipObject(bytes, skipSpace(bytes, 0), 0, (nameStart, nameEnd, start, valueEnd) => {
    if (++count > MAX_PARTS) return;
    members.push({ name: jsonStringText(bytes, nameStart, nameEnd), start, end: valueEnd });
  });
  return isWhole(bytes, end) && count <= MAX_PARTS ? members : undefined;
}

/** Elements of the one array that `bytes` hold; undefined where they hold anything else or too many. */
export function arrayElements(bytes: Uint8Array): readonly JsonRange[] | undefined {
  const elements: JsonRange[] = [];
  let count = 0;
  const end = skipArray(bytes, skipSpace(bytes, 0), 0, (start, elementEnd) => {
    if (++count <= MAX_PARTS) elements.push({ start, end: elementEnd });
  });
  return isWhole(bytes, end) && count <= MAX_PARTS ? elements : undefined;
}

/** Whether `bytes` are one JSON text that can stand inside an event: valid UTF-8, no BOM, nothing after it. */
export function isJsonText(bytes: Uint8Array): boolean {
  return isWhole(bytes, skipValue(bytes, skipSpace(bytes, 0), LEVELS_AROUND_DATA));
}

/** Text of the string literal in this range, quotes included. May hold a lone surrogate if it was escaped as one. */
export function jsonStringText(bytes: Uint8Array, start: number, end: number): string {
  const inner = bytes.subarray(start + 1, end - 1);
  if (!inner.includes(BACKSLASH)) return decoder.decode(inner);
  return JSON.parse(decoder.decode(bytes.subarray(start, end)));
}

function isWhole(bytes: Uint8Array, end: number): boolean {
  return end !== INVALID && skipSpace(bytes, end) === bytes.length;
}
