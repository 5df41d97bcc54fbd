/** Schemas that many kinds share. */
import type { Schema, StructSchema } from "./schema.ts";

export const text: Schema = { type: "string" };
export const flag: Schema = { type: "boolean" };
export const textMap: Schema = { type: "object", additionalProperties: text };
export const int32: Schema = { type: "integer", format: "int32" };
export const int64: Schema = { type: "integer", format: "int64" };
export const freeObject: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

export function struct(properties: Readonly<Record<string, Schema>>, required?: readonly string[]): StructSchema {
  return { type: "object", properties, ...(required === undefined ? {} : { required }) };
}

export function listOf(items: Schema): Schema {
  return { type: "array", items };
}

const metadataSchema: StructSchema = struct({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: int64,
  creationTimestamp: text,
  deletionTimestamp: text,
  deletionGracePeriodSeconds: int64,
  selfLink: text,
  labels: textMap,
  annotations: textMap,
  finalizers: listOf(text),
  ownerReferences: listOf(
    struct(
      {
        apiVersion: text,
        kind: text,
        name: text,
        uid: text,
        controller: flag,
        blockOwnerDeletion: flag,
      },
      ["apiVersion", "kind", "name", "uid"],
    ),
  ),
  managedFields: listOf(freeObject),
});

/** A whole object: apiVersion, kind and metadata beside the kind's own members. */
export function objectSchema(members: Readonly<Record<string, Schema>>, required?: readonly string[]): StructSchema {
  return struct({ apiVersion: text, kind: text, metadata: metadataSchema, ...members }, required);
}

export const referenceSchema: StructSchema = struct({
  apiVersion: text,
  kind: text,
  name: text,
  namespace: text,
  address: text,
  group: text,
});

export const destinationSchema: StructSchema = struct({
  ref: referenceSchema,
  uri: text,
  CACerts: text,
  audience: text,
});

export const deliverySchema: StructSchema = struct({
  deadLetterSink: destinationSchema,
  retry: { type: "integer", format: "int32", description: "Extra attempts after the first." },
  backoffPolicy: { type: "string", description: "linear or exponential." },
  backoffDelay: { type: "string", description: "ISO 8601 period, such as PT0.2S." },
  backoffMax: { type: "string", description: "Longest pause between attempts, ISO 8601; one hour if absent." },
  timeout: { type: "string", description: "Longest wait for one answer, ISO 8601; 30 seconds if absent." },
  retryAfterMax: { type: "string", description: "Longest Retry-After that is honoured, ISO 8601; PT0S ignores it." },
  format: { type: "string", description: "binary (default) or json." },
});

const addressSchema: StructSchema = struct({ name: text, url: text, CACerts: text, audience: text });

export const conditionSchema: StructSchema = struct(
  { type: text, status: text, reason: text, message: text, severity: text, lastTransitionTime: text },
  ["type", "status"],
);

/** A core ObjectReference. */
export const objectReferenceSchema: StructSchema = struct({
  apiVersion: text,
  kind: text,
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  fieldPath: text,
});

export const authSchema: StructSchema = struct({ serviceAccountName: text, serviceAccountNames: listOf(text) });

/** Filters inside filters are free here, because a schema cannot nest for ever; `trigger-filters.ts` checks them. */
export const filterSchema: StructSchema = struct({
  all: listOf(freeObject),
  any: listOf(freeObject),
  not: freeObject,
  exact: textMap,
  prefix: textMap,
  suffix: textMap,
  cesql: text,
});

export const statusMembers: Readonly<Record<string, Schema>> = {
  conditions: listOf(conditionSchema),
  observedGeneration: int64,
  annotations: freeObject,
};

export const deadLetterStatusMembers: Readonly<Record<string, Schema>> = {
  deadLetterSinkUri: text,
  deadLetterSinkCACerts: text,
  deadLetterSinkAudience: text,
};

export const addressStatusMembers: Readonly<Record<string, Schema>> = {
  address: addressSchema,
  addresses: listOf(addressSchema),
  policies: listOf(struct({ apiVersion: text, name: text })),
};
