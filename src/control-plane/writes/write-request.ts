/** A write as it is asked for, whatever the verb. */
import type { Writer } from "../managed-fields/manager-entry.ts";
import type { FieldValidation } from "../resources/admission.ts";
import { type Json, type JsonObject, textAt } from "../resources/json.ts";
import type { Scope } from "../resources/scope.ts";

export interface WriteOptions {
  readonly fieldValidation: FieldValidation;
  readonly dryRun: boolean;
  /** Writes only the status, or everything but the status. */
  readonly subresource: "status" | "main";
  /** Whom the fields that change belong to from now on. */
  readonly manager: string;
  /** Paths of fields that the request names twice. */
  readonly duplicateFields?: readonly string[];
}

/** What becomes of an object that is there. */
export type Change = Replace | Patch | Apply;

/** A whole object in place of what is there. */
export interface Replace {
  readonly kind: "replace";
  readonly incoming: JsonObject;
}

/** A function of what is there; conflicts only if the result names another resourceVersion. */
export interface Patch {
  readonly kind: "patch";
  readonly patch: (old: JsonObject) => Json;
}

/** Server-side apply; `force` takes over what others manage. */
export interface Apply {
  readonly kind: "apply";
  readonly configuration: JsonObject;
  readonly force: boolean;
}

export interface WriteRequest {
  readonly scope: Scope;
  readonly options: WriteOptions;
  /** As Kubernetes writes times. */
  readonly now: string;
}

export function writerOf(request: WriteRequest, operation: Writer["operation"], object: JsonObject): Writer {
  const { options, now } = request;
  return {
    manager: options.manager,
    operation,
    apiVersion: textAt(object, "apiVersion") ?? "",
    subresource: options.subresource,
    time: now,
  };
}
