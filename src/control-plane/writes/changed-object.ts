/** What a write makes of a stored object, with the record of who manages what. Pure; a refusal is thrown. */
import { entriesOf, entriesToStartFrom } from "../managed-fields/manager-entry.ts";
import { recordWrite } from "../managed-fields/record-write.ts";
import { applyConfiguration } from "../managed-fields/server-side-apply.ts";
import { admitStatus, admitUpdate, checkRecordedSize, decodeRequest } from "../resources/admission.ts";
import { isJsonObject, isTooDeep, type Json, type JsonObject } from "../resources/json.ts";
import { badRequest } from "../resources/refusal.ts";
import { presented } from "../resources/stored-objects.ts";
import type { StoredObject } from "../store/object-store.ts";
import { applicableOf, decodeConfiguration } from "./applied-configuration.ts";
import { checkPreconditions, checkReplacement } from "./preconditions.ts";
import { type Apply, type Change, type WriteRequest, writerOf } from "./write-request.ts";

export interface Written {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** What is stored, and the same opened. */
export interface Target {
  readonly stored: StoredObject;
  readonly old: JsonObject;
}

/** The result has no resourceVersion, as what is stored has none. */
export function changedObject(request: WriteRequest, change: Change, target: Target): Written {
  switch (change.kind) {
    case "replace":
      checkReplacement(request.scope, change.incoming, target.stored.key.name);
      return updated(request, change.incoming, target);
    case "patch":
      return updated(request, patched(change.patch, presented(target.old, target.stored)), target);
    case "apply":
      return applied(request, change, target);
    default:
      return change satisfies never;
  }
}

function updated(request: WriteRequest, incoming: JsonObject, { stored, old }: Target): Written {
  const { scope, options } = request;
  checkPreconditions(scope, incoming, stored);
  const { object, warnings } = decodeRequest({ ...scope, ...options, incoming });
  // Only writes to the whole object may edit the record.
  const entries = entriesToStartFrom(options.subresource === "main" ? object : {}, old);
  const writer = writerOf(request, "Update", object);
  const write = { before: old, requested: object, after: admitted(request, object, old), writer, applied: undefined };
  return { object: checkRecordedSize(recordWrite(write, entries)), warnings };
}

function applied(request: WriteRequest, change: Apply, { stored, old }: Target): Written {
  const { scope, options } = request;
  const { force } = change;
  const decoded = decodeConfiguration(request, change.configuration, { name: stored.key.name, isPartial: true });
  checkPreconditions(scope, decoded.object, stored);
  const configuration = applicableOf(decoded.object, options.subresource);
  const writer = writerOf(request, "Apply", configuration);
  const entries = entriesOf(old);
  const { object: merged, fields } = applyConfiguration({ stored: old, entries, configuration, writer, force });
  // The configuration was decoded in parts: only now is it known whether all that must be there is.
  const { object } = decodeRequest({ ...scope, incoming: merged, fieldValidation: "Ignore" });
  const write = { before: old, requested: object, after: admitted(request, object, old), writer, applied: fields };
  return { object: checkRecordedSize(recordWrite(write, entries)), warnings: decoded.warnings };
}

function admitted(request: WriteRequest, object: JsonObject, old: JsonObject): JsonObject {
  const { scope, options } = request;
  return options.subresource === "status" ? admitStatus(object, old) : admitUpdate(scope.kind, object, old);
}

function patched(patch: (old: JsonObject) => Json, old: JsonObject): JsonObject {
  const object = patch(old);
  if (!isJsonObject(object)) throw badRequest("the patched object is no JSON object");
  if (isTooDeep(object)) throw badRequest("the patched object is nested too deeply");
  return object;
}
