/**
 * From what a client sent to what may be stored: strict decoding, metadata the server owns, defaults, rules, generation.
 * Pure; a refusal is thrown.
 */
import type { ResourceKind } from "../kind.ts";
import { checkEntries } from "../managed-fields/check-entries.ts";
import { unknownAnnotationWarnings } from "../validation/annotations.ts";
import { fieldErrorText } from "../validation/field-error.ts";
import { checkMetadata } from "../validation/metadata-rules.ts";
import { decodeObject } from "../validation/schema.ts";
import { type JsonObject, numberAt, objectAt, sameJson, textAt, valueAt, withMember } from "./json.ts";
import { contentOf, finalizersOf, isBeingDeleted, nameOf, withMetadata } from "./metadata.ts";
import { badRequest, invalid, type Refusal, type StatusCause, tooLarge } from "./refusal.ts";
import { apiVersionOf, schemaIn } from "./versions.ts";

/** Larger objects are refused: a row and the change log must hold them. */
const MAX_OBJECT_BYTES = 512 * 1024;
/** With the record of who manages its fields, which several managers can make as large again each. */
const MAX_RECORDED_BYTES = 1024 * 1024;

/** What unknown and duplicate fields lead to: a refusal, a warning, nothing. The last two prune unknown ones. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

export interface AdmissionRequest {
  readonly kind: ResourceKind;
  readonly version: string;
  /** Of the request path; empty for what lives in no namespace. */
  readonly namespace: string;
  readonly incoming: JsonObject;
  readonly fieldValidation: FieldValidation;
  /** Paths of fields that the request names twice; they are treated as unknown ones are. */
  readonly duplicateFields?: readonly string[];
  /** Fields that a whole object must have may be missing: what is applied is merged into one that has them. */
  readonly isPartial?: boolean;
  /** As in `Scope`. */
  readonly refuses?: (object: JsonObject) => Refusal | undefined;
}

export interface Decoded {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** Metadata that only the server sets; what a client sends there is silently replaced. */
const SERVER_OWNED = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];
/** Not stored as sent: who manages what is recorded anew with each write, and selfLink is long gone. */
const DROPPED = ["managedFields", "selfLink", "resourceVersion"];

/** Checks apiVersion, kind, namespace and every field's name and type. */
export function decodeRequest(request: AdmissionRequest): Decoded {
  const { kind, incoming } = request;
  checkIdentity(request);
  const decoded = decodeObject(incoming, schemaIn(kind, request.version));
  const warnings = [
    ...(request.duplicateFields ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...decoded.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`),
  ];
  if (warnings.length > 0 && request.fieldValidation === "Strict") {
    const subject = `${kind.kind} in version ${JSON.stringify(request.version)} cannot be handled as a ${kind.kind}`;
    throw badRequest(`${subject}: strict decoding error: ${warnings.join(", ")}`);
  }
  const isExcused = (cause: StatusCause) => request.isPartial === true && cause.reason === "FieldValueRequired";
  const causes = [...decoded.causes.filter((cause) => !isExcused(cause)), ...checkEntries(decoded.value)];
  if (causes.length > 0) throw invalid({ group: kind.group, kind: kind.kind, name: nameOf(decoded.value) }, causes);
  const namespace = kind.namespaced ? request.namespace : undefined;
  const placed = withMetadata(decoded.value, { namespace });
  const object = kind.normalize?.(placed) ?? placed;
  const refusal = request.refuses?.(object);
  if (refusal !== undefined) throw refusal;
  const fieldWarnings = request.fieldValidation === "Warn" ? warnings : [];
  return { object, warnings: [...fieldWarnings, ...unknownAnnotationWarnings(object)] };
}

/** The object to store for a create. */
export function admitCreate(
  kind: ResourceKind,
  object: JsonObject,
  identity: { readonly uid: string; readonly creationTimestamp: string },
): JsonObject {
  const owned = { ...cleared(), ...identity, ...(kind.hasStatus ? { generation: 1 } : {}) };
  return checked(kind, withMetadata(withMember(object, "status", undefined), owned), undefined);
}

/** The object to store for a write on the main path: everything but status, which stays as it is. */
export function admitUpdate(kind: ResourceKind, object: JsonObject, old: JsonObject): JsonObject {
  const added = isBeingDeleted(old) ? addedFinalizers(object, old) : [];
  if (added.length > 0) throw invalid({ group: kind.group, kind: kind.kind, name: nameOf(old) }, [tooLateFor(added)]);
  const owned = Object.fromEntries(SERVER_OWNED.map((name) => [name, valueAt(old, "metadata", name)]));
  const kept = withMetadata(object, { ...cleared(), ...owned, name: nameOf(old) });
  const admitted = checked(kind, withMember(kept, "status", objectAt(old, "status")), old);
  if (!kind.hasStatus || sameJson(contentOf(admitted), contentOf(old))) return admitted;
  return withMetadata(admitted, { generation: (numberAt(old, "metadata", "generation") ?? 0) + 1 });
}

/** The object to store for a write on the status subresource: only status is taken. */
export function admitStatus(object: JsonObject, old: JsonObject): JsonObject {
  const admitted = withMetadata(withMember(old, "status", objectAt(object, "status")), { managedFields: undefined });
  checkSize(admitted);
  return admitted;
}

/** For the object as it is stored, with its managedFields. */
export function checkRecordedSize(object: JsonObject): JsonObject {
  const bytes = sizeOf(object);
  if (bytes <= MAX_RECORDED_BYTES) return object;
  const advice = 'start its managedFields afresh with the merge patch {"metadata":{"managedFields":[{}]}}';
  throw tooLarge(`the object is ${bytes} bytes with its managedFields, more than ${MAX_RECORDED_BYTES}: ${advice}`);
}

function checked(kind: ResourceKind, object: JsonObject, old: JsonObject | undefined): JsonObject {
  const causes = checkMetadata(object, kind);
  if (causes.length > 0) throw invalid({ group: kind.group, kind: kind.kind, name: nameOf(object) }, causes);
  const defaulted = kind.applyDefaults(object);
  const completed = kind.complete?.(defaulted, old) ?? defaulted;
  const errors = kind.validate(completed, old);
  if (errors.length > 0) throw badRequest(`validation failed: ${fieldErrorText(errors)}`);
  // The status is not the client's, and what controllers say in it is bounded elsewhere: it must not forbid a change.
  checkSize(withMember(completed, "status", undefined));
  return completed;
}

function addedFinalizers(object: JsonObject, old: JsonObject): readonly string[] {
  const held = new Set(finalizersOf(old));
  return finalizersOf(object).filter((finalizer) => !held.has(finalizer));
}

function tooLateFor(finalizers: readonly string[]): StatusCause {
  const found = finalizers.map((finalizer) => JSON.stringify(finalizer)).join(", ");
  const why = "no new finalizers can be added if the object is being deleted";
  return {
    reason: "FieldValueForbidden",
    message: `Forbidden: ${why}, found new finalizers []string{${found}}`,
    field: "metadata.finalizers",
  };
}

function sizeOf(object: JsonObject): number {
  return new TextEncoder().encode(JSON.stringify(object)).length;
}

function checkSize(object: JsonObject): void {
  const bytes = sizeOf(object);
  if (bytes > MAX_OBJECT_BYTES) {
    throw tooLarge(`the object is ${bytes} bytes, more than the ${MAX_OBJECT_BYTES} that are stored`);
  }
}

function cleared(): Record<string, undefined> {
  return Object.fromEntries([...SERVER_OWNED, ...DROPPED].map((name) => [name, undefined]));
}

function checkIdentity(request: AdmissionRequest): void {
  const { kind, incoming } = request;
  const apiVersion = apiVersionOf(kind, request.version);
  const sentVersion = textAt(incoming, "apiVersion") ?? "";
  const sentKind = textAt(incoming, "kind") ?? "";
  if (sentKind === "") throw badRequest("Object 'Kind' is missing");
  if (sentVersion === "") throw badRequest("Object 'apiVersion' is missing");
  if (sentVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${sentVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (sentKind !== kind.kind) {
    throw badRequest(`the kind in the data (${sentKind}) does not match the expected kind (${kind.kind})`);
  }
  const sentNamespace = textAt(incoming, "metadata", "namespace") ?? "";
  if (kind.namespaced && sentNamespace !== "" && sentNamespace !== request.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}
