/** Members that an object cannot do without. An empty text says as little as none. */
import { type Json, textAt } from "../resources/json.ts";
import { type FieldError, missingFields } from "./field-error.ts";

/** `path` is that of the object. */
export function missingMembers(
  object: Json | undefined,
  required: readonly string[],
  path: string,
): readonly FieldError[] {
  const missing = required.filter((name) => (textAt(object, name) ?? "") === "");
  return missing.length === 0 ? [] : [missingFields(...missing.map((name) => `${path}.${name}`))];
}
