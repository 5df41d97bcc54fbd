/** Numbers that a double cannot hold are refused where they come in, never rounded. */
import { childrenOf, type Json } from "../resources/json.ts";

/** A whole number in the value that may have been rounded when it was read, if there is any. */
export function inexactNumberIn(value: Json): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? value : undefined;
  for (const child of childrenOf(value)) {
    const found = inexactNumberIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
