/** A RabbitmqSource: the messages of a RabbitMQ queue as events. */
import { compileSourceNotImplemented } from "../../compile/compile-source-not-implemented.ts";
import { AGE, type ResourceKind } from "../../kind.ts";
import { canonicalJson, type JsonObject, numberAt, objectAt, sameJson, textAt, valueAt } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { int32, int64, objectSchema, struct, text } from "../../validation/common-schemas.ts";
import { validateDelivery } from "../../validation/delivery-spec.ts";
import { validateDestination } from "../../validation/destination.ts";
import { type FieldError, immutableField, missingFields, mustNotSet } from "../../validation/field-error.ts";
import { sourceSpecMembers, sourceStatusMembers } from "../../validation/sources/source-schemas.ts";
import { validateOverrides } from "../../validation/sources/source-spec.ts";

/** Unacknowledged messages that a source may hold, Knative's bounds. */
const MIN_PARALLELISM = 1;
const MAX_PARALLELISM = 1000;

export const rabbitmqSourceKind: ResourceKind = {
  group: "sources.knative.dev",
  plural: "rabbitmqsources",
  kind: "RabbitmqSource",
  versions: ["v1alpha1"],
  singular: "rabbitmqsource",
  shortNames: ["rmqsource"],
  categories: ["all", "knative", "eventing", "sources", "importers"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Sends the messages of a RabbitMQ queue to its sink as events. It does not read any yet.",
    ...objectSchema({
      spec: struct(
        {
          ...sourceSpecMembers,
          rabbitmqClusterReference: {
            description: "Where the queue is.",
            ...struct({
              name: { type: "string", description: "A RabbitmqCluster; or give connectionSecret." },
              namespace: text,
              connectionSecret: struct({ name: text }),
            }),
          },
          rabbitmqResourcesConfig: {
            description: "What is read, and how much at a time.",
            ...struct({
              exchangeName: text,
              queueName: text,
              vhost: text,
              predeclared: { type: "boolean", description: "Exchange and queue exist already." },
              parallelism: { ...int64, description: `From ${MIN_PARALLELISM} to ${MAX_PARALLELISM}.` },
            }),
          },
          delivery: {
            description: "How often and how fast events are tried that could not be delivered.",
            ...struct({ backoffDelay: text, backoffPolicy: text, retry: int32 }),
          },
          serviceAccountName: { type: "string", description: "As whom a cluster would run this source." },
          adapterContainerName: { type: "string", description: "Name of the container a cluster would run for it." },
        },
        ["rabbitmqClusterReference", "sink"],
      ),
      status: struct(sourceStatusMembers),
    }),
  },
  // Knative's CRD has none of its own.
  printerColumns: [AGE],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    const cluster = objectAt(spec, "rabbitmqClusterReference");
    if (cluster === undefined) return object;
    const namespace = textAt(cluster, "namespace") || namespaceOf(object);
    return { ...object, spec: { ...spec, rabbitmqClusterReference: { ...cluster, namespace } } };
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    const errors: readonly FieldError[] = [
      ...validateResources(objectAt(spec, "rabbitmqResourcesConfig")),
      ...validateCluster(objectAt(spec, "rabbitmqClusterReference")),
      ...validateDestination(valueAt(spec, "sink"), "spec.sink"),
      ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery"),
      ...validateOverrides(spec),
    ];
    return old === undefined ? errors : [...errors, ...changedSpec(object, old)];
  },
  compile: compileSourceNotImplemented(
    "RabbitMQ is not read from here: this source sends nothing. Run Knative's RabbitmqSource or a bridge of your own where the queue is, and give it this sink's URL.",
  ),
};

function validateResources(resources: JsonObject | undefined): readonly FieldError[] {
  const path = "spec.rabbitmqResourcesConfig";
  if (resources === undefined) return [missingFields(path)];
  const errors: FieldError[] = [];
  if (valueAt(resources, "predeclared") !== true && (textAt(resources, "exchangeName") ?? "") === "") {
    const message = "Name of exchange must be provided when spec.predeclared is false";
    errors.push({ message, paths: [`${path}.exchangeName`] });
  }
  const parallelism = numberAt(resources, "parallelism") ?? MIN_PARALLELISM;
  if (parallelism < MIN_PARALLELISM || parallelism > MAX_PARALLELISM) {
    const message = `expected ${MIN_PARALLELISM} <= ${parallelism} <= ${MAX_PARALLELISM}`;
    errors.push({ message, paths: [`${path}.parallelism`] });
  }
  return errors;
}

function validateCluster(cluster: JsonObject | undefined): readonly FieldError[] {
  const path = "spec.rabbitmqClusterReference";
  const isNamed = (textAt(cluster, "name") ?? "") !== "";
  const hasSecret = objectAt(cluster, "connectionSecret") !== undefined;
  if (isNamed && hasSecret) return [mustNotSet(`${path}.connectionSecret`)];
  return isNamed || hasSecret ? [] : [missingFields(`${path}.name`)];
}

function changedSpec(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const was = valueAt(old, "spec") ?? null;
  const is = valueAt(object, "spec") ?? null;
  return sameJson(was, is) ? [] : [immutableField("spec", { old: canonicalJson(was), new: canonicalJson(is) })];
}
