/** A Trigger: a subscription on a Broker's channel. */
import { compileTrigger } from "../../compile/compile-trigger.ts";
import { AGE, READY_AND_REASON, type ResourceKind } from "../../kind.ts";
import { TRIGGERS } from "../../resource-names.ts";
import { type JsonObject, listAt, objectAt, textAt, textsAt, valueAt } from "../../resources/json.ts";
import { namespaceOf, withMetadata } from "../../resources/metadata.ts";
import { validateSubscriptionAnnotations } from "../../validation/annotations.ts";
import {
  authSchema,
  deadLetterStatusMembers,
  deliverySchema,
  destinationSchema,
  filterSchema,
  listOf,
  objectSchema,
  referenceSchema,
  statusMembers,
  struct,
  text,
  textMap,
} from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import {
  namespaceNotSupported,
  validateDestination,
  validateReference,
  withDefaultDestinations,
} from "../../validation/destination.ts";
import {
  expectedExactlyOneGotBoth,
  type FieldError,
  immutableField,
  missingFields,
} from "../../validation/field-error.ts";
import { validateTriggerAnnotations } from "../../validation/trigger-annotations.ts";
import { validateAttributeNames, validateFilters } from "../../validation/trigger-filters.ts";

const BROKER_LABEL = "eventing.knative.dev/broker";

export const triggerKind: ResourceKind = {
  ...TRIGGERS,
  kind: "Trigger",
  versions: ["v1"],
  singular: "trigger",
  shortNames: [],
  categories: ["all", "knative", "eventing"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Delivers the events of a Broker that pass its filter to a subscriber.",
    ...objectSchema({
      spec: struct({
        broker: { ...text, description: "Name of the Broker whose events are delivered. It cannot be changed." },
        brokerRef: { ...referenceSchema, description: "Instead of broker: a reference to it." },
        filter: {
          description: "Which events are delivered; all if absent.",
          ...struct({
            attributes: {
              ...textMap,
              description: "Values that attributes must have; an empty value stands for any.",
            },
          }),
        },
        filters: { ...listOf(filterSchema), description: "All of them must pass; filter does not count beside them." },
        subscriber: { ...destinationSchema, description: "Where events go. What it answers goes back to the Broker." },
        delivery: { ...deliverySchema, description: "Instead of the Broker's, whose dead letter sink still serves." },
      }),
      status: struct({
        ...statusMembers,
        ...deadLetterStatusMembers,
        subscriberUri: text,
        subscriberCACerts: text,
        subscriberAudience: text,
        auth: authSchema,
      }),
    }),
  },
  printerColumns: [
    { name: "Broker", type: "string", jsonPath: ".spec.broker" },
    { name: "Subscriber_URI", type: "string", jsonPath: ".status.subscriberUri" },
    AGE,
    ...READY_AND_REASON,
  ],
  applyDefaults(object) {
    const namespace = namespaceOf(object);
    const spec = objectAt(object, "spec");
    const destined = withDefaultDestinations({ filter: {}, ...spec }, ["subscriber"], namespace);
    const defaulted = withDefaultDelivery(destined, namespace);
    const broker = textAt(spec, "broker") ?? "";
    if (broker === "") return { ...object, spec: defaulted };
    const labels = { ...objectAt(object, "metadata", "labels"), [BROKER_LABEL]: broker };
    return { ...withMetadata(object, { labels }), spec: defaulted };
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    const attributes = textsAt(spec, "filter", "attributes");
    const errors: FieldError[] = [
      ...validateBroker(spec),
      ...validateAttributeNames(Object.keys(attributes), "spec.filter.attributes"),
      ...validateFilters(listAt(spec, "filters"), "spec.filters"),
      ...validateDestination(valueAt(spec, "subscriber"), "spec.subscriber"),
      ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery"),
      ...validateTriggerAnnotations(object),
      ...validateSubscriptionAnnotations(object),
    ];
    const oldBroker = textAt(old, "spec", "broker") ?? "";
    const broker = textAt(spec, "broker") ?? "";
    if (old === undefined || oldBroker === broker) return errors;
    const change = { old: JSON.stringify(oldBroker), new: JSON.stringify(broker) };
    return [...errors, immutableField("spec.broker", change)];
  },
  compile: compileTrigger,
};

function validateBroker(spec: JsonObject | undefined): readonly FieldError[] {
  const broker = textAt(spec, "broker") ?? "";
  const reference = objectAt(spec, "brokerRef");
  if (reference === undefined) return broker === "" ? [missingFields("spec.broker")] : [];
  if (broker !== "") return [expectedExactlyOneGotBoth("spec.broker", "spec.brokerRef")];
  if (textAt(reference, "namespace") !== undefined) {
    // Knative's own path for this error has no `brokerRef` in it.
    return [namespaceNotSupported("spec.namespace")];
  }
  return validateReference(reference, "spec.brokerRef");
}
