/** An EventTransform: turns one event into another by a JSONata expression. */
import { compileNotImplemented } from "../../compile/compile-not-implemented.ts";
import { READY_AND_REASON, type ResourceKind, SINK, URL_COLUMN } from "../../kind.ts";
import { EVENT_TRANSFORMS } from "../../resource-names.ts";
import { type JsonObject, objectAt, textAt, valueAt } from "../../resources/json.ts";
import {
  addressStatusMembers,
  authSchema,
  destinationSchema,
  flag,
  int32,
  int64,
  listOf,
  objectSchema,
  statusMembers,
  struct,
  text,
} from "../../validation/common-schemas.ts";
import { validateDestination } from "../../validation/destination.ts";
import {
  expectedExactlyOneGotBoth,
  expectedExactlyOneGotNeither,
  type FieldError,
  mustNotSet,
} from "../../validation/field-error.ts";
import type { StructSchema } from "../../validation/schema.ts";

const jsonataSchema: StructSchema = {
  description: "How to make the new event.",
  ...struct({
    expression: { ...text, description: "JSONata over the event in its structured JSON form; gives the new event." },
  }),
};

/** Knative runs a Deployment for each transform and shows its status; nothing of it is ever written here. */
const deploymentStatusSchema = struct({
  availableReplicas: int32,
  collisionCount: int32,
  conditions: listOf(
    struct({
      type: text,
      status: text,
      reason: text,
      message: text,
      lastTransitionTime: text,
      lastUpdateTime: text,
    }),
  ),
  observedGeneration: int64,
  readyReplicas: int32,
  replicas: int32,
  unavailableReplicas: int32,
  updatedReplicas: int32,
});

export const eventTransformKind: ResourceKind = {
  ...EVENT_TRANSFORMS,
  kind: "EventTransform",
  versions: ["v1alpha1"],
  singular: "eventtransform",
  shortNames: [],
  categories: ["all", "knative", "eventing"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Turns events into others by a JSONata expression. It does not run yet.",
    ...objectSchema({
      spec: struct({
        jsonata: jsonataSchema,
        reply: {
          description: "What becomes of the sink's answer; it goes back to the sender as it is if absent.",
          ...struct({
            jsonata: jsonataSchema,
            discard: { ...flag, description: "Drops what the sink answers." },
          }),
        },
        sink: { ...destinationSchema, description: "Where the new event goes; back to the sender if absent." },
      }),
      status: struct({
        ...statusMembers,
        ...addressStatusMembers,
        auth: authSchema,
        jsonata: struct({ deployment: deploymentStatusSchema }),
        sinkUri: text,
        sinkCACerts: text,
        sinkAudience: text,
      }),
    }),
  },
  printerColumns: [URL_COLUMN, SINK, ...READY_AND_REASON],
  applyDefaults: (object) => object,
  validate(object) {
    const spec = objectAt(object, "spec");
    const errors: FieldError[] = [...validateSink(spec), ...validateReply(spec)];
    if (objectAt(spec, "jsonata") === undefined) errors.push(expectedExactlyOneGotNeither("spec.jsonata"));
    return errors;
  },
  compile: compileNotImplemented(
    "EventTransforms do not run yet. Let the subscriber of a Trigger answer with the event it should become.",
  ),
};

function validateSink(spec: JsonObject | undefined): readonly FieldError[] {
  const sink = valueAt(spec, "sink");
  if (sink === undefined) return [];
  const errors = validateDestination(sink, "spec.sink");
  return textAt(sink, "CACerts") === undefined ? errors : [...errors, mustNotSet("spec.sink.CACerts")];
}

/** A reply comes from the sink, so there is none without one. */
function validateReply(spec: JsonObject | undefined): readonly FieldError[] {
  const reply = objectAt(spec, "reply");
  if (reply === undefined) return [];
  if (objectAt(spec, "sink") === undefined)
    return [{ message: "reply is set without spec.sink", paths: ["spec.reply"] }];
  const discards = valueAt(reply, "discard") === true;
  if (!discards || objectAt(reply, "jsonata") === undefined) return [];
  return [expectedExactlyOneGotBoth("spec.reply.discard", "spec.reply.jsonata")];
}
