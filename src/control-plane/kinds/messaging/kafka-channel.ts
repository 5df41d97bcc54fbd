/** A KafkaChannel: a channel that keeps its events in a Kafka topic. */
import { parseDuration } from "../../../core/duration.ts";
import { compileNotImplemented } from "../../compile/compile-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { type JsonObject, numberAt, objectAt, textAt, valueAt } from "../../resources/json.ts";
import { namespaceOf, withMetadata } from "../../resources/metadata.ts";
import { validateChannelAnnotations } from "../../validation/annotations.ts";
import { channelStatusMembers, channelSubscribersSchema } from "../../validation/channels/channel-schemas.ts";
import { validateChannelScope, validateChannelSubscribers } from "../../validation/channels/channel-subscribers.ts";
import { deliverySchema, int32, objectSchema, struct } from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import { type FieldError, invalidValue } from "../../validation/field-error.ts";
import { immutableChanges } from "../../validation/immutable-fields.ts";
import { SUBSCRIBABLE } from "./channel.ts";

/** Knative's defaults, of the topic that it would create. */
const DEFAULT_PARTITIONS = 1;
const DEFAULT_REPLICATION = 1;
const DEFAULT_RETENTION = "PT168H";

export const kafkaChannelKind: ResourceKind = {
  group: "messaging.knative.dev",
  plural: "kafkachannels",
  kind: "KafkaChannel",
  versions: ["v1beta1", "v1"],
  singular: "kafkachannel",
  shortNames: ["kc"],
  categories: ["all", "knative", "messaging", "channel"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "A Channel that Knative keeps in Kafka; durable here without it. It does not carry events yet.",
    ...objectSchema({
      spec: struct({
        numPartitions: { ...int32, description: `Partitions of the topic; ${DEFAULT_PARTITIONS} if absent.` },
        replicationFactor: { ...int32, description: `Copies of each partition; ${DEFAULT_REPLICATION} if absent.` },
        retentionDuration: {
          type: "string",
          description: `How long events are kept, ISO 8601; ${DEFAULT_RETENTION} if absent.`,
        },
        delivery: deliverySchema,
        subscribers: { ...channelSubscribersSchema, description: "Written by Subscriptions, not by people." },
      }),
      status: struct(channelStatusMembers),
    }),
  },
  printerColumns: [...READY_AND_REASON, URL_COLUMN, AGE],
  applyDefaults(object) {
    const annotations = { ...SUBSCRIBABLE, ...objectAt(object, "metadata", "annotations") };
    const spec = objectAt(object, "spec");
    const topic = {
      ...spec,
      numPartitions: valueAt(spec, "numPartitions") || DEFAULT_PARTITIONS,
      replicationFactor: valueAt(spec, "replicationFactor") || DEFAULT_REPLICATION,
      retentionDuration: valueAt(spec, "retentionDuration") || DEFAULT_RETENTION,
    };
    return { ...withMetadata(object, { annotations }), spec: withDefaultDelivery(topic, namespaceOf(object)) };
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    return [
      ...validateTopic(spec),
      ...validateChannelSubscribers(object, old),
      ...validateChannelScope(object),
      ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery"),
      ...validateChannelAnnotations(object),
      ...(old === undefined
        ? []
        : immutableChanges(["numPartitions", "replicationFactor", "retentionDuration"], object, old)),
    ];
  },
  compile: compileNotImplemented(
    "There is no Kafka here to keep events in: this channel takes none. A Broker keeps events durably without Kafka.",
  ),
};

function validateTopic(spec: JsonObject | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const member of ["numPartitions", "replicationFactor"]) {
    const count = numberAt(spec, member) ?? 0;
    if (count <= 0) errors.push(invalidValue(String(count), `spec.${member}`));
  }
  const retention = textAt(spec, "retentionDuration") ?? "";
  if (parseDuration(retention) === undefined) errors.push(invalidValue(retention, "spec.retentionDuration"));
  return errors;
}
