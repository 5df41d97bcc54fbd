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

/** Of a text that says to people what it means. */
function told(description: string): Schema {
  return { type: "string", description };
}

export const API_VERSION = told("Group and version that the object is written in, such as eventing.knative.dev/v1.");
export const KIND = told("What kind of object this is.");

const ownerReferenceSchema: StructSchema = struct(
  {
    apiVersion: text,
    kind: text,
    name: text,
    uid: text,
    controller: { type: "boolean", description: "Whether this owner looks after the object." },
    blockOwnerDeletion: {
      type: "boolean",
      description: "Whether a foreground deletion of the owner waits for the object.",
    },
  },
  ["apiVersion", "kind", "name", "uid"],
);

export const metadataSchema: StructSchema = {
  description: "What every object carries, whatever its kind.",
  ...struct({
    name: told("Unique among objects of its kind in its namespace. It cannot be changed."),
    generateName: told("Beginning of a name that the server completes when name is empty."),
    namespace: told("The namespace the object lives in. It cannot be changed."),
    uid: told("Set by the server: differs between objects that had the same name one after the other."),
    resourceVersion: told(
      "Set by the server with every write. A write that names another one is refused as a conflict.",
    ),
    generation: { ...int64, description: "Set by the server: counts the changes of what is wanted." },
    creationTimestamp: told("Set by the server: when the object was created."),
    deletionTimestamp: told("Set by the server: when deletion was asked for. The finalizers hold the object since."),
    deletionGracePeriodSeconds: int64,
    selfLink: text,
    labels: { ...textMap, description: "Names and values to select objects by." },
    annotations: {
      ...textMap,
      description: "Names and values of any kind. Settings of Sluice begin with sluice.dev/.",
    },
    finalizers: { ...listOf(text), description: "Who has something to do before the object may be gone." },
    ownerReferences: { ...listOf(ownerReferenceSchema), description: "Objects without which this one is deleted." },
    managedFields: { ...listOf(freeObject), description: "Set by the server: who manages which fields." },
  }),
};

/** A whole object: apiVersion, kind and metadata beside the kind's own members. */
export function objectSchema(members: Readonly<Record<string, Schema>>, required?: readonly string[]): StructSchema {
  const entries = Object.entries(members).map(([name, schema]) => [name, withSectionDescription(name, schema)]);
  const sections: Readonly<Record<string, Schema>> = Object.fromEntries(entries);
  return struct({ apiVersion: API_VERSION, kind: KIND, metadata: metadataSchema, ...sections }, required);
}

function withSectionDescription(name: string, schema: Schema): Schema {
  if (schema.description !== undefined) return schema;
  if (name === "spec") return { ...schema, description: "What is wanted." };
  return name === "status" ? { ...schema, description: "How things stand; the server writes it." } : schema;
}

export const referenceSchema: StructSchema = struct({
  apiVersion: told("Group and version of the object that is meant."),
  kind: told("Its kind."),
  name: told("Its name."),
  namespace: told("Its namespace; the one of the object that refers to it if absent."),
  address: told("Which of its addresses is meant, by name."),
  group: told("Its group, for references without a version."),
});

export const destinationSchema: StructSchema = {
  description:
    "Where events go: the address of an object (ref), a URL (uri), or a path at the object's address (both).",
  ...struct({
    ref: { ...referenceSchema, description: "An object that has an address." },
    uri: told("An absolute URL, or a path that is resolved against the address of ref."),
    CACerts: told("Certificates, in PEM, of authorities to trust at this address."),
    audience: told("Audience of the token to send along."),
  }),
};

export const deliverySchema: StructSchema = {
  description: "How often, how fast and where else events are tried that could not be delivered.",
  ...struct({
    deadLetterSink: { ...destinationSchema, description: "Where events go that could not be delivered." },
    retry: { type: "integer", format: "int32", description: "Extra attempts after the first." },
    backoffPolicy: { type: "string", description: "linear or exponential." },
    backoffDelay: { type: "string", description: "ISO 8601 period, such as PT0.2S." },
    backoffMax: { type: "string", description: "Longest pause between attempts, ISO 8601; one hour if absent." },
    timeout: { type: "string", description: "Longest wait for one answer, ISO 8601; 30 seconds if absent." },
    retryAfterMax: { type: "string", description: "Longest Retry-After that is honoured, ISO 8601; PT0S ignores it." },
    format: { type: "string", description: "binary (default) or json." },
  }),
};

const addressSchema: StructSchema = struct({
  name: text,
  url: told("Where events are posted to."),
  CACerts: text,
  audience: text,
});

export const conditionSchema: StructSchema = struct(
  {
    type: told("What is judged: Ready is the sum of all others."),
    status: told("True, False or Unknown."),
    reason: told("Why, in one word."),
    message: told("Why, for people."),
    severity: told("Empty for what makes the object not ready, else Warning or Info."),
    lastTransitionTime: told("When status last changed."),
  },
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
  conditions: { ...listOf(conditionSchema), description: "How it stands with the object." },
  observedGeneration: { ...int64, description: "The generation that this status tells of." },
  annotations: freeObject,
};

export const deadLetterStatusMembers: Readonly<Record<string, Schema>> = {
  deadLetterSinkUri: told("Where events go that could not be delivered."),
  deadLetterSinkCACerts: text,
  deadLetterSinkAudience: text,
};

export const addressStatusMembers: Readonly<Record<string, Schema>> = {
  address: { ...addressSchema, description: "Where it can be reached." },
  addresses: listOf(addressSchema),
  policies: listOf(struct({ apiVersion: text, name: text })),
};
