/** Members of a spec that stay as they were written first. */
import { canonicalJson, type JsonObject, sameJson, valueAt } from "../resources/json.ts";
import { type FieldError, immutableField } from "./field-error.ts";

/** One error for each of these members of `spec` that differs from the stored object's. */
export function immutableChanges(names: readonly string[], object: JsonObject, old: JsonObject): readonly FieldError[] {
  return names.flatMap((name) => {
    const before = valueAt(old, "spec", name) ?? null;
    const after = valueAt(object, "spec", name) ?? null;
    if (sameJson(before, after)) return [];
    return [immutableField(`spec.${name}`, { old: canonicalJson(before), new: canonicalJson(after) })];
  });
}
