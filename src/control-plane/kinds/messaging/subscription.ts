/** A Subscription: takes the events of one channel to a subscriber, and what that answers to a reply. */

import { compileSubscription } from "../../compile/compile-subscription.ts";
import { AGE, READY_AND_REASON, type ResourceKind } from "../../kind.ts";
import { SUBSCRIPTIONS } from "../../resource-names.ts";
import { type JsonObject, objectAt, textAt } from "../../resources/json.ts";
import { namespaceOf } from "../../resources/metadata.ts";
import { validateSubscriptionAnnotations } from "../../validation/annotations.ts";
import {
  authSchema,
  deadLetterStatusMembers,
  deliverySchema,
  destinationSchema,
  objectSchema,
  referenceSchema,
  statusMembers,
  struct,
  text,
} from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import {
  namespaceNotSupported,
  validateDestination,
  validateReference,
  withDefaultDestinations,
} from "../../validation/destination.ts";
import { type FieldError, missingFields } from "../../validation/field-error.ts";
import { immutableChanges } from "../../validation/immutable-fields.ts";

export const subscriptionKind: ResourceKind = {
  ...SUBSCRIPTIONS,
  kind: "Subscription",
  versions: ["v1"],
  singular: "subscription",
  shortNames: ["sub"],
  categories: ["all", "knative", "messaging"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Delivers the events of a channel to a subscriber.",
    ...objectSchema({
      spec: struct({
        channel: { ...referenceSchema, description: "Whose events are delivered. It cannot be changed." },
        delivery: { ...deliverySchema, description: "Instead of the channel's." },
        reply: { ...destinationSchema, description: "Where what the subscriber answers goes; dropped if absent." },
        subscriber: { ...destinationSchema, description: "Where events go." },
      }),
      status: struct({
        ...statusMembers,
        auth: authSchema,
        physicalSubscription: struct({
          ...deadLetterStatusMembers,
          subscriberUri: text,
          subscriberCACerts: text,
          subscriberAudience: text,
          replyUri: text,
          replyCACerts: text,
          replyAudience: text,
        }),
      }),
    }),
  },
  printerColumns: [AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const spec = objectAt(object, "spec");
    if (spec === undefined) return object;
    const namespace = namespaceOf(object);
    const destinations = withDefaultDestinations(spec, ["subscriber", "reply"], namespace);
    return { ...object, spec: withDefaultDelivery(destinations, namespace) };
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    const errors: FieldError[] = [...validateSpec(spec), ...validateSubscriptionAnnotations(object)];
    return old === undefined ? errors : [...errors, ...immutableChanges(["channel"], object, old)];
  },
  compile: compileSubscription,
};

function validateSpec(spec: JsonObject | undefined): readonly FieldError[] {
  const channel = filledAt(spec, "channel");
  if (channel === undefined) {
    return [{ ...missingFields("spec.channel"), details: "the Subscription must reference a channel" }];
  }
  const errors: FieldError[] = [...validateReference(channel, "spec.channel")];
  if ((textAt(channel, "namespace") ?? "") !== "") errors.push(namespaceNotSupported("spec.channel.namespace"));
  const subscriber = filledAt(spec, "subscriber");
  if (subscriber === undefined) {
    errors.push({ ...missingFields("spec.subscriber"), details: "the Subscription must reference a subscriber" });
  } else {
    errors.push(...validateDestination(subscriber, "spec.subscriber"));
  }
  const reply = filledAt(spec, "reply");
  if (reply !== undefined) errors.push(...validateDestination(reply, "spec.reply"));
  return [...errors, ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery")];
}

/** An empty object says as little as none, as Knative has it. */
function filledAt(spec: JsonObject | undefined, name: string): JsonObject | undefined {
  const object = objectAt(spec, name);
  return object === undefined || Object.keys(object).length === 0 ? undefined : object;
}
