/** What CESQL's functions do to texts. They count characters, which are code points: none is ever cut in two. */

/** Code points above this take two units of a text. */
const LAST_OF_ONE_UNIT = 0xffff;

export function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += unitsAt(text, at)) length++;
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
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The first `count` characters, or all; `count` is not negative. */
export function leftOf(text: string, count: number): string {
  return text.slice(0, offsetAfter(text, 0, count));
}

/** The last `count` characters, or all; `count` is not negative. */
export function rightOf(text: string, count: number): string {
  return text.slice(offsetOfLast(text, count) ?? 0);
}

/**
 * At most `length` characters from `position` on: 1 is the first, -1 the last, 0 gives the empty text. Undefined where
 * the text has no such position.
 */
export function substringOf(text: string, position: number, length: number): string | undefined {
  if (position === 0) return "";
  const start = position > 0 ? offsetAfter(text, 0, position - 1) : offsetOfLast(text, -position);
  return start === undefined || start >= text.length ? undefined : text.slice(start, offsetAfter(text, start, length));
}

/** Where `count` characters from an offset on end, or the end of the text. */
function offsetAfter(text: string, offset: number, count: number): number {
  let at = offset;
  for (let left = count; left > 0 && at < text.length; left--) at += unitsAt(text, at);
  return at;
}

/** Where the last `count` characters begin; undefined where the text has fewer. */
function offsetOfLast(text: string, count: number): number | undefined {
  let at = text.length;
  for (let left = count; left > 0; left--) {
    if (at === 0) return undefined;
    at -= at > 1 ? unitsAt(text, at - 2) : 1;
  }
  return at;
}

/** How much of the text the character at this offset takes. */
export function unitsAt(text: string, offset: number): number {
  return (text.codePointAt(offset) ?? 0) > LAST_OF_ONE_UNIT ? 2 : 1;
}

/** Unicode's `White_Space`, of which each character is one unit. By hand: a regular expression takes ten times as long. */
function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x2000) return unit === 0x85 || unit === 0xa0 || unit === 0x1680;
  return unit <= 0x200a || [0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(unit);
}
