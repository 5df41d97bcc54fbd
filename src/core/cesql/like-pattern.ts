/**
 * A LIKE pattern as one function: `%` stands for any text, `_` for one character, `\%` and `\_` for themselves, everything
 * else for itself, other backslashes too (CESQL 3.4.3). Patterns with `%` at their ends alone, which is nearly all, become
 * one comparison. No regular expression: those take exponential time on texts that somebody chose well.
 */
/** Units of a pattern: the worst one takes some 0.2 s for the longest text that an attribute may have. */
export const MAX_PATTERN_LENGTH = 256;

export type TextTest = (text: string) => boolean;

/** `%` and `_` among the code points of a pattern. */
const ANY_TEXT = -1;
const ANY_CHARACTER = -2;

/** Code points above this take two units of a text. */
const LAST_OF_ONE_UNIT = 0xffff;

export function likePattern(pattern: string): TextTest {
  const parts = partsOf(pattern);
  const opens = parts[0] === ANY_TEXT;
  const closes = parts.length > 1 && parts.at(-1) === ANY_TEXT;
  const inner = parts.slice(opens ? 1 : 0, closes ? -1 : parts.length);
  if (inner.some((part) => part < 0)) return (text) => matches(text, parts);
  const literal = String.fromCodePoint(...inner);
  if (opens && closes) return (text) => text.includes(literal);
  if (opens) return (text) => text.endsWith(literal);
  if (closes) return (text) => text.startsWith(literal);
  return (text) => text === literal;
}

function partsOf(pattern: string): readonly number[] {
  const parts: number[] = [];
  let escaped = false;
  for (const character of pattern) {
    const wildcard = character === "%" ? ANY_TEXT : character === "_" ? ANY_CHARACTER : undefined;
    if (escaped && wildcard !== undefined) parts.pop();
    parts.push(escaped || wildcard === undefined ? (character.codePointAt(0) ?? 0) : wildcard);
    escaped = character === "\\";
  }
  return parts;
}

/**
 * Takes the shortest text for each `%` and, where the rest does not fit, gives the last `%` one more character. Earlier ones
 * need no second try: whatever text they take more, the last could take as well. At most text times pattern steps.
 */
function matches(text: string, parts: readonly number[]): boolean {
  let at = 0;
  let part = 0;
  let retryPart = -1;
  let retryAt = 0;
  while (at < text.length) {
    const wanted = parts[part];
    const found = text.codePointAt(at) ?? 0;
    if (wanted === ANY_TEXT) {
      retryPart = ++part;
      retryAt = at;
    } else if (wanted === found || wanted === ANY_CHARACTER) {
      at += unitsOf(found);
      part++;
    } else if (retryPart === -1) {
      return false;
    } else {
      retryAt += unitsOf(text.codePointAt(retryAt) ?? 0);
      at = retryAt;
      part = retryPart;
    }
  }
  while (parts[part] === ANY_TEXT) part++;
  return part === parts.length;
}

function unitsOf(codePoint: number): number {
  return codePoint > LAST_OF_ONE_UNIT ? 2 : 1;
}
