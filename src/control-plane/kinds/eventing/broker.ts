/** A Broker: a channel whose subscriptions are its Triggers and whose replies come back to itself. */

import { compileBroker } from "../../compile/compile-broker.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { BROKERS, KNATIVE_NAMESPACE } from "../../resource-names.ts";
import { type JsonObject, objectAt } from "../../resources/json.ts";
import { annotationOf, namespaceOf, withMetadata } from "../../resources/metadata.ts";
import { validateChannelAnnotations } from "../../validation/annotations.ts";
import {
  addressStatusMembers,
  deadLetterStatusMembers,
  deliverySchema,
  objectSchema,
  referenceSchema,
  statusMembers,
  struct,
} from "../../validation/common-schemas.ts";
import { DEFAULT_BROKER_DELIVERY, defaultDelivery, validateDelivery } from "../../validation/delivery-spec.ts";
import { validateReference } from "../../validation/destination.ts";
import { type FieldError, immutableField, missingFields } from "../../validation/field-error.ts";
import { immutableChanges } from "../../validation/immutable-fields.ts";

const CLASS = "eventing.knative.dev/broker.class";
/** Knative's defaults. Every class is served the same way: durably, by a channel. */
const DEFAULT_CLASS = "MTChannelBasedBroker";
const DEFAULT_CONFIG = {
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: KNATIVE_NAMESPACE,
  name: "config-br-default-channel",
};

export const brokerKind: ResourceKind = {
  ...BROKERS,
  kind: "Broker",
  versions: ["v1"],
  singular: "broker",
  shortNames: [],
  categories: ["all", "knative", "eventing"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Takes events at its address, durably, and has its Triggers deliver them.",
    ...objectSchema({
      spec: struct({
        config: {
          ...referenceSchema,
          description: "Not used: every Broker is durable in the same way. It cannot be changed.",
        },
        delivery: { ...deliverySchema, description: "How Triggers without a delivery of their own deliver." },
      }),
      status: struct({ ...statusMembers, ...addressStatusMembers, ...deadLetterStatusMembers }),
    }),
  },
  printerColumns: [
    URL_COLUMN,
    AGE,
    ...READY_AND_REASON,
    {
      name: "Class",
      type: "string",
      jsonPath: ".metadata.annotations.eventing\\.knative\\.dev/broker\\.class",
      priority: 1,
    },
  ],
  applyDefaults(object) {
    const annotations = { [CLASS]: DEFAULT_CLASS, ...objectAt(object, "metadata", "annotations") };
    const spec = objectAt(object, "spec");
    // An empty delivery stays empty: it asks for one attempt.
    const delivery = objectAt(spec, "delivery") ?? DEFAULT_BROKER_DELIVERY;
    return {
      ...withMetadata(object, { annotations }),
      spec: { config: DEFAULT_CONFIG, ...spec, delivery: defaultDelivery(delivery, namespaceOf(object)) },
    };
  },
  validate(object, old) {
    const errors: FieldError[] = [...validateChannelAnnotations(object)];
    if ((annotationOf(object, CLASS) ?? "") === "") errors.push(missingFields(CLASS));
    const config = objectAt(object, "spec", "config");
    if (config !== undefined) errors.push(...validateReference(config, "spec.config"));
    errors.push(...validateDelivery(objectAt(object, "spec", "delivery"), "spec.delivery"));
    return old === undefined ? errors : [...errors, ...implementationChanges(object, old)];
  },
  compile: compileBroker,
};

/** Class and configuration choose the implementation, once; delivery may change. */
function implementationChanges(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [...immutableChanges(["config"], object, old)];
  const brokerClass = annotationOf(object, CLASS) ?? "";
  const oldClass = annotationOf(old, CLASS) ?? "";
  if (brokerClass !== oldClass) {
    const change = { old: JSON.stringify(oldClass), new: JSON.stringify(brokerClass) };
    const error = immutableField(`metadata.annotations[${CLASS}]`, change);
    errors.push({ ...error, message: "Immutable annotations changed (-old +new)" });
  }
  return errors;
}
