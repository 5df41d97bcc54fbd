/**
 * The texts of which an attribute must have one for a condition to hold. Undefined: the condition asks for no exact text;
 * an empty list: it never holds. What is not seen may be left out, so that more seems to be able to hold than can.
 */
export type Alternatives = readonly string[] | undefined;

/** All parts must hold: the strictest decides. */
export function strictest(parts: readonly Alternatives[]): Alternatives {
  let best: Alternatives;
  for (const each of parts) {
    if (each !== undefined && (best === undefined || each.length < best.length)) best = each;
  }
  return best;
}

/** One of the parts must hold: any text that one of them asks for, if each of them asks for some. */
export function either(parts: readonly Alternatives[]): Alternatives {
  const known = parts.filter((each) => each !== undefined);
  return known.length === 0 || known.length < parts.length ? undefined : [...new Set(known.flat())];
}
