/** A KafkaSource: the records of Kafka topics as events. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind } from "../../kind.ts";
import { type JsonObject, listAt, objectAt, textAt, valueAt } from "../../resources/json.ts";
import { namespaceOf, uidOf } from "../../resources/metadata.ts";
import { deliverySchema, flag, int32, listOf, objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import { validateDestination } from "../../validation/destination.ts";
import { type FieldError, invalidValue, missingFields } from "../../validation/field-error.ts";
import { immutableChanges } from "../../validation/immutable-fields.ts";
import { secretKeySchema, sourceSpecMembers, sourceStatusMembers } from "../../validation/sources/source-schemas.ts";
import { validateOverrides, withDefaultedSink } from "../../validation/sources/source-spec.ts";

const OFFSETS = ["earliest", "latest"];
const ORDERINGS = ["ordered", "unordered"];

export const kafkaSourceKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "kafkasources",
  kind: "KafkaSource",
  versions: ["v1beta1", "v1"],
  singular: "kafkasource",
  shortNames: [],
  categories: ["all", "knative", "eventing", "sources"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Sends the records of Kafka topics to its sink as events. It does not read any yet.",
    ...objectSchema({
      spec: struct(
        {
          ...sourceSpecMembers,
          bootstrapServers: { ...listOf(text), description: "Brokers to begin with, as host:port." },
          topics: { ...listOf(text), description: "Topics to read, at least one." },
          consumerGroup: { type: "string", description: "Cannot be changed; one of its own if absent." },
          consumers: { ...int32, description: "Consumers in the group; 1 if absent." },
          initialOffset: { type: "string", description: "earliest or latest (default)." },
          ordering: { type: "string", description: "ordered (default) or unordered, within a partition." },
          delivery: deliverySchema,
          net: {
            description: "How to connect: with SASL, with TLS.",
            ...struct({
              sasl: struct({
                enable: flag,
                user: secretKeySchema,
                password: secretKeySchema,
                type: secretKeySchema,
                // Only v1 of Knative has these two; here both versions do, so that neither loses what the other wrote.
                roleARN: secretKeySchema,
                tokenProvider: secretKeySchema,
              }),
              tls: struct({ enable: flag, cert: secretKeySchema, key: secretKeySchema, caCert: secretKeySchema }),
            }),
          },
        },
        ["bootstrapServers", "topics"],
      ),
      status: struct({
        ...sourceStatusMembers,
        claims: text,
        consumers: int32,
        maxAllowedVReplicas: int32,
        placements: listOf(struct({ podName: text, vreplicas: int32 })),
        selector: text,
      }),
    }),
  },
  printerColumns: [
    { name: "Topics", type: "string", jsonPath: ".spec.topics" },
    { name: "BootstrapServers", type: "string", jsonPath: ".spec.bootstrapServers" },
    ...READY_AND_REASON,
    AGE,
  ],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const defaulted = {
      ...spec,
      // Knative makes a random name; this one is as unique and stays the same when it is made again.
      consumerGroup: valueAt(spec, "consumerGroup") || `knative-kafka-source-${uidOf(object)}`,
      consumers: valueAt(spec, "consumers") ?? 1,
      initialOffset: valueAt(spec, "initialOffset") || "latest",
      ordering: valueAt(spec, "ordering") ?? "ordered",
    };
    return withDefaultedSink({ ...object, spec: withDefaultDelivery(defaulted, namespaceOf(object)) });
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    const sink = valueAt(spec, "sink");
    const errors: FieldError[] = [
      // Knative takes a source without a sink; it is not ready.
      ...(sink === undefined ? [] : validateDestination(sink, "spec.sink")),
      ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery"),
      ...validateOverrides(spec),
      ...validateChoice(spec, "initialOffset", OFFSETS),
      ...validateChoice(spec, "ordering", ORDERINGS),
    ];
    for (const member of ["topics", "bootstrapServers"]) {
      if (listAt(spec, member).length === 0) errors.push(missingFields(`spec.${member}`));
    }
    return old === undefined ? errors : [...errors, ...immutableChanges(["consumerGroup"], object, old)];
  },
  compile: compileSourceNotImplemented(
    "Kafka is not read from here: this source sends nothing. Run Knative's KafkaSource or a bridge of your own where the brokers are, and give it this sink's URL.",
  ),
};

function validateChoice(
  spec: JsonObject | undefined,
  member: string,
  choices: readonly string[],
): readonly FieldError[] {
  const value = textAt(spec, member) ?? "";
  return choices.includes(value) ? [] : [invalidValue(value, `spec.${member}`)];
}
