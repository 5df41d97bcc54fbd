/** What CESQL's functions do to texts. They count characters, which are code points: none is ever cut in two. */

const WHITE_SPACE = /\p{White_Space}/u;

export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

export function lower(text: string): string {
  return text.toLowerCase();
}

export function upper(text: string): string {
  return text.toUpperCase();
}

/** Without white space at both ends, as Unicode defines it: no more, no less (`String.trim` differs in both). */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  // All white space is in the Basic Multilingual Plane, one unit each.
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start++;
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The first `count` characters, or all; `count` is not negative. */
export function leftOf(text: string, count: number): string {
  return Array.from(text).slice(0, count).join("");
}

/** The last `count` characters, or all; `count` is not negative. */
export function rightOf(text: string, count: number): string {
  const characters = Array.from(text);
  return characters.slice(Math.max(0, characters.length - count)).join("");
}

/**
 * At most `length` characters from `position` on: 1 is the first, -1 the last, 0 gives the empty text. Undefined where
 * the text has no such position.
 */
export function substringOf(text: string, position: number, length: number): string | undefined {
  if (position === 0) return "";
  const characters = Array.from(text);
  if (Math.abs(position) > characters.length) return undefined;
  const start = position > 0 ? position - 1 : characters.length + position;
  return characters.slice(start, start + length).join("");
}
