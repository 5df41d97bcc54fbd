/** A Trigger: a subscription on a Broker's channel. */

import { compileTrigger } from "../compile/compile-trigger.ts";
import { AGE, READY_AND_REASON, type ResourceKind } from "../kind.ts";
import { TRIGGERS } from "../resource-names.ts";
import { type JsonObject, listAt, objectAt, textAt, textsAt, valueAt, withMember } from "../resources/json.ts";
import { namespaceOf, withMetadata } from "../resources/metadata.ts";
import { validateSubscriptionAnnotations } from "../validation/annotations.ts";
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
} from "../validation/common-schemas.ts";
import { defaultDelivery, validateDelivery } from "../validation/delivery-spec.ts";
import { defaultDestination, validateDestination, validateReference } from "../validation/destination.ts";
import {
  expectedExactlyOneGotBoth,
  type FieldError,
  immutableField,
  missingFields,
  mustNotSet,
} from "../validation/field-error.ts";
import { validateTriggerAnnotations } from "../validation/trigger-annotations.ts";
import { validateAttributeNames, validateFilters } from "../validation/trigger-filters.ts";

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
  schema: objectSchema({
    spec: struct({
      broker: text,
      brokerRef: referenceSchema,
      filter: struct({ attributes: textMap }),
      filters: listOf(filterSchema),
      subscriber: destinationSchema,
      delivery: deliverySchema,
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
  printerColumns: [
    { name: "Broker", type: "string", jsonPath: ".spec.broker" },
    { name: "Subscriber_URI", type: "string", jsonPath: ".status.subscriberUri" },
    AGE,
    ...READY_AND_REASON,
  ],
  applyDefaults(object) {
    const namespace = namespaceOf(object);
    const spec = objectAt(object, "spec");
    let defaulted: JsonObject = { filter: {}, ...spec };
    const subscriber = objectAt(spec, "subscriber");
    if (subscriber !== undefined) {
      defaulted = withMember(defaulted, "subscriber", defaultDestination(subscriber, namespace));
    }
    const delivery = objectAt(spec, "delivery");
    if (delivery !== undefined) defaulted = withMember(defaulted, "delivery", defaultDelivery(delivery, namespace));
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
    const details =
      "only name, apiVersion and kind are supported fields when feature.CrossNamespaceEventLinks is disabled";
    return [{ ...mustNotSet("spec.namespace"), details }];
  }
  return validateReference(reference, "spec.brokerRef");
}
