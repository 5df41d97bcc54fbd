/** What controllers write is as the API would have stored it, with them as the manager of its fields. */
import type { ResourceKind } from "../kind.ts";
import { CONTROLLER_MANAGER, type Writer } from "../managed-fields/manager-entry.ts";
import { recordWrite } from "../managed-fields/record-write.ts";
import { admitCreate, checkRecordedSize } from "../resources/admission.ts";
import { type JsonObject, textAt } from "../resources/json.ts";
import { timestamp } from "../resources/metadata.ts";

/** A new object, ready to be stored; a refusal is thrown. */
export function createdByController(
  kind: ResourceKind,
  bare: JsonObject,
  { uid, nowMs }: { readonly uid: string; readonly nowMs: number },
): JsonObject {
  const time = timestamp(nowMs);
  const after = admitCreate(kind, bare, { uid, creationTimestamp: time });
  const writer = controllerWriter(textAt(bare, "apiVersion") ?? "", time);
  return checkRecordedSize(recordWrite({ before: undefined, requested: bare, after, writer, applied: undefined }, []));
}

export function controllerWriter(apiVersion: string, time: string): Writer {
  return { manager: CONTROLLER_MANAGER, operation: "Update", apiVersion, subresource: "main", time };
}
