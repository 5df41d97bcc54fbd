/** A status that a controller writes, with its entry in managedFields. */
import { type JsonObject, textAt, withMember } from "../resources/json.ts";
import { CONTROLLER_MANAGER, entriesOf } from "./manager-entry.ts";
import { recordWrite } from "./record-write.ts";

export function withControllerStatus(object: JsonObject, status: JsonObject, time: string): JsonObject {
  const after = withMember(object, "status", status);
  const writer = {
    manager: CONTROLLER_MANAGER,
    operation: "Update",
    apiVersion: textAt(object, "apiVersion") ?? "",
    subresource: "status",
    time,
  } as const;
  // Cheap: only the statuses are compared, as the rest is the same value, and only entries about them are parsed.
  return recordWrite({ before: object, requested: after, after, writer, applied: undefined }, entriesOf(object));
}
