/** Members that stay as they were written first. */
import { canonicalJson, type JsonObject, sameJson, valueAt } from "../resources/json.ts";
import { type FieldError, immutableField } from "./field-error.ts";

/** One error for each of these members of `spec` that differs from the stored object's. */
export function immutableChanges(names: readonly string[], object: JsonObject, old: JsonObject): readonly FieldError[] {
  return names.flatMap((name) => changeAt(["spec", name], object, old));
}

/** As `immutableChanges`, for members of the object itself; what is new may have any. */
export function immutableMembers(
  names: readonly string[],
  object: JsonObject,
  old: JsonObject | undefined,
): readonly FieldError[] {
  return old === undefined ? [] : names.flatMap((name) => changeAt([name], object, old));
}

function changeAt(path: readonly string[], object: JsonObject, old: JsonObject): readonly FieldError[] {
  const before = valueAt(old, ...path) ?? null;
  const after = valueAt(object, ...path) ?? null;
  if (sameJson(before, after)) return [];
  return [immutableField(path.join("."), { old: canonicalJson(before), new: canonicalJson(after) })];
}
