/**
 * A LIKE pattern with `_` as an automaton: state n holds while the text so far is what the first n characters of the pattern
 * stand for. All states are bits of a few words and move on together, so that a text costs the same whatever it is:
 *
 *   states ← (states << 1) & those that this character leads to  |  states & those that a % follows
 */
import type { TextTest } from "./like-pattern.ts";
import { unitsAt } from "./texts.ts";

/** A code point, or one of the two below. */
export type PatternPart = number;
export const ANY_TEXT = -1;
export const ANY_CHARACTER = -2;

const BITS = 32;

export function automatonOf(parts: readonly PatternPart[]): TextTest {
  const characters = parts.filter((part) => part !== ANY_TEXT);
  const last = characters.length;
  const words = Math.ceil((last + 1) / BITS);
  const repeated = statesBeforeAnyText(parts, words);
  const others = statesAfter((part) => part === ANY_CHARACTER, characters, words);
  const known = new Map(
    characters.map((code) => [code, statesAfter((part) => part === code || part === ANY_CHARACTER, characters, words)]),
  );
  // Nothing waits between the first character of a text and its last, so that all texts can share it.
  const states = new Int32Array(words);
  return (text) => {
    states.fill(0);
    states[0] = 1;
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at) ?? 0;
      if (!moveOn(states, known.get(code) ?? others, repeated)) return false;
      at += unitsAt(text, at);
    }
    return hasState(states, last);
  };
}

/** Whether any state is left. */
function moveOn(states: Int32Array, ledTo: Int32Array, repeated: Int32Array): boolean {
  let carry = 0;
  let left = 0;
  for (let word = 0; word < states.length; word++) {
    const before = states[word] ?? 0;
    const after = (((before << 1) | carry) & (ledTo[word] ?? 0)) | (before & (repeated[word] ?? 0));
    carry = before >>> (BITS - 1);
    states[word] = after;
    left |= after;
  }
  return left !== 0;
}

/** The states that a character leads to from the one before. */
function statesAfter(
  isFit: (part: PatternPart) => boolean,
  characters: readonly PatternPart[],
  words: number,
): Int32Array {
  const states = new Int32Array(words);
  for (const [index, part] of characters.entries()) if (isFit(part)) addState(states, index + 1);
  return states;
}

/** The states that a % follows. */
function statesBeforeAnyText(parts: readonly PatternPart[], words: number): Int32Array {
  const states = new Int32Array(words);
  let state = 0;
  for (const part of parts) {
    if (part === ANY_TEXT) addState(states, state);
    else state++;
  }
  return states;
}

function addState(states: Int32Array, state: number): void {
  const word = Math.floor(state / BITS);
  states[word] = (states[word] ?? 0) | (1 << (state % BITS));
}

function hasState(states: Int32Array, state: number): boolean {
  return ((states[Math.floor(state / BITS)] ?? 0) & (1 << (state % BITS))) !== 0;
}
