/**
 * A LIKE pattern as one function: `%` stands for any text, `_` for one character, `\%` and `\_` for themselves, everything
 * else for itself, other backslashes too (CESQL 3.4.3). Without `_` a pattern is the texts between its `%`, nearly always one
 * at an end, which is one comparison. No regular expression: those take exponential time on texts that somebody chose well.
 */
import { ANY_CHARACTER, ANY_TEXT, automatonOf, type PatternPart } from "./like-automaton.ts";

/** Units of a pattern: the worst one takes some 4 ms for the longest text that an attribute may have. */
export const MAX_PATTERN_LENGTH = 256;

export type TextTest = (text: string) => boolean;

export function likePattern(pattern: string): TextTest {
  const parts = partsOf(pattern);
  return parts.includes(ANY_CHARACTER) ? automatonOf(parts) : testOf(textsIn(parts));
}

/** Whether a text may have to be read to its end, and not only compared with where the pattern begins and ends. */
export function isSearch(pattern: string): boolean {
  const parts = partsOf(pattern);
  if (!parts.includes(ANY_TEXT)) return false;
  return parts.includes(ANY_CHARACTER) || textsIn(parts).between.length > 0;
}

function partsOf(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  let escaped = false;
  for (const character of pattern) {
    const wildcard = character === "%" ? ANY_TEXT : character === "_" ? ANY_CHARACTER : undefined;
    if (escaped && wildcard !== undefined) parts.pop();
    parts.push(escaped || wildcard === undefined ? (character.codePointAt(0) ?? 0) : wildcard);
    escaped = character === "\\";
  }
  return parts;
}

/** The texts of a pattern without `_`. */
interface Texts {
  readonly first: string;
  /** Undefined without any `%`. */
  readonly last: string | undefined;
  /** Those between two `%`, in their order, none of them empty. */
  readonly between: readonly string[];
}

function textsIn(parts: readonly PatternPart[]): Texts {
  const texts = [""];
  for (const part of parts) {
    if (part === ANY_TEXT) texts.push("");
    else texts.push((texts.pop() ?? "") + String.fromCodePoint(part));
  }
  const [first = "", ...others] = texts;
  return { first, last: others.pop(), between: others.filter((text) => text !== "") };
}

function testOf({ first, last, between }: Texts): TextTest {
  if (last === undefined) return (text) => text === first;
  const [only, ...more] = between;
  if (only === undefined && last === "") return (text) => text.startsWith(first);
  if (only === undefined && first === "") return (text) => text.endsWith(last);
  if (only !== undefined && more.length === 0 && first === "" && last === "") return (text) => text.includes(only);
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    // The earliest place will do for each: what comes after it then has the most room.
    let at = first.length;
    for (const wanted of between) {
      const found = text.indexOf(wanted, at);
      if (found === -1) return false;
      at = found + wanted.length;
    }
    return at + last.length <= text.length;
  };
}
