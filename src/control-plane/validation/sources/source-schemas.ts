/** Schemas that sources and sinks share: Knative's SourceSpec and SourceStatus, selectors, keys of Secrets. */
import {
  authSchema,
  destinationSchema,
  flag,
  listOf,
  statusMembers,
  struct,
  text,
  textMap,
} from "../common-schemas.ts";
import type { Schema, StructSchema } from "../schema.ts";

export const sourceSpecMembers: Readonly<Record<string, Schema>> = {
  sink: { ...destinationSchema, description: "Where events are sent: a ref to an addressable object, or a uri." },
  ceOverrides: {
    description: "What is changed in every event before it is sent.",
    ...struct({
      extensions: {
        type: "object",
        description: "Attributes that are set on every event; their names are alphanumeric.",
        additionalProperties: text,
      },
    }),
  },
};

export const sourceStatusMembers: Readonly<Record<string, Schema>> = {
  ...statusMembers,
  auth: authSchema,
  ceAttributes: listOf(struct({ source: text, type: text })),
  sinkUri: { type: "string", description: "The URL of the sink." },
  sinkCACerts: text,
  sinkAudience: text,
};

export const labelSelectorSchema: StructSchema = struct({
  matchLabels: textMap,
  matchExpressions: listOf(struct({ key: text, operator: text, values: listOf(text) }, ["key", "operator"])),
});

/** A key of a Secret in the same namespace. */
export const secretKeySchema: StructSchema = struct({
  secretKeyRef: struct({ key: text, name: text, optional: flag }, ["key"]),
});
