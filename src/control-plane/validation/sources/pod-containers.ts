/** The containers of a pod template, which is otherwise kept as it was written. */
import { isJsonObject, type Json, type JsonObject, listAt, objectAt } from "../../resources/json.ts";
import { type FieldError, missingFields } from "../field-error.ts";
import { missingMembers } from "../missing-members.ts";

/** `path` is that of the list, `containers` what is in it. */
export function validateContainers(containers: readonly Json[], path: string): readonly FieldError[] {
  if (containers.length === 0) return [missingFields(path)];
  return containers.flatMap((container, index) => missingMembers(container, ["name", "image"], `${path}[${index}]`));
}

/** The template with every container changed; a template without a list of them stays as it is. */
export function mapContainers(
  template: JsonObject,
  list: "containers" | "initContainers",
  change: (container: JsonObject, index: number) => JsonObject,
): JsonObject {
  const spec = objectAt(template, "spec");
  const containers = listAt(spec, list);
  if (containers.length === 0) return template;
  const changed = containers.map((each, index) => (isJsonObject(each) ? change(each, index) : each));
  return { ...template, spec: { ...spec, [list]: changed } };
}
