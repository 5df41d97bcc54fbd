/** An InMemoryChannel: durable here all the same, whatever its name says. */

import { compileNotImplemented } from "../compile/compile-not-implemented.ts";
import { AGE, READY_AND_REASON, type ResourceKind } from "../kind.ts";
import { IN_MEMORY_CHANNELS } from "../resource-names.ts";
import { type JsonObject, listAt, objectAt, sameJson, textAt } from "../resources/json.ts";
import { annotationOf, namespaceOf, withMetadata } from "../resources/metadata.ts";
import { validateChannelAnnotations } from "../validation/annotations.ts";
import { channelStatusMembers, inMemoryChannelSubscribersSchema } from "../validation/channel-schemas.ts";
import { deliverySchema, objectSchema, struct } from "../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../validation/delivery-spec.ts";
import { type FieldError, invalidValue, missingFields } from "../validation/field-error.ts";
import { SUBSCRIBABLE } from "./channel.ts";

const SCOPE = "eventing.knative.dev/scope";

export const inMemoryChannelKind: ResourceKind = {
  ...IN_MEMORY_CHANNELS,
  kind: "InMemoryChannel",
  versions: ["v1"],
  singular: "inmemorychannel",
  shortNames: ["imc"],
  categories: ["all", "knative", "messaging", "channel"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: objectSchema({
    spec: struct({ delivery: deliverySchema, subscribers: inMemoryChannelSubscribersSchema }),
    status: struct(channelStatusMembers),
  }),
  printerColumns: [{ name: "URL", type: "string", jsonPath: ".status.address.url" }, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const annotations = { ...SUBSCRIBABLE, ...objectAt(object, "metadata", "annotations") };
    const spec = withDefaultDelivery(objectAt(object, "spec") ?? {}, namespaceOf(object));
    return { ...withMetadata(object, { annotations }), spec };
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    const errors: FieldError[] = [
      ...validateSubscribers(spec),
      ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery"),
      ...validateChannelAnnotations(object),
    ];
    const scope = annotationOf(object, SCOPE) ?? "cluster";
    if (scope !== "cluster" && scope !== "namespace") {
      // The dot before the bracket is Knative's.
      const path = `metadata.annotations.[${SCOPE}]`;
      errors.push(invalidValue(scope, path, "expected either 'cluster' or 'namespace'"));
    }
    if (old !== undefined && !sameJson(listAt(spec, "subscribers"), listAt(old, "spec", "subscribers"))) {
      const message = "Channel.Spec.Subscribers changed by a user: a Subscription is the way to subscribe";
      errors.push({ message, paths: ["spec.subscribers"] });
    }
    return errors;
  },
  compile: compileNotImplemented(
    "InMemoryChannels do not carry events yet. A Broker does: events posted to it go to the subscribers of its Triggers.",
  ),
};

function validateSubscribers(spec: JsonObject | undefined): readonly FieldError[] {
  return listAt(spec, "subscribers").flatMap((subscriber, index) => {
    if (["subscriberUri", "replyUri"].some((name) => textAt(subscriber, name) !== undefined)) return [];
    const path = `spec.subscribable.subscriber[${index}]`;
    const missing = missingFields(`${path}.replyURI`, `${path}.subscriberURI`);
    return [{ ...missing, details: "expected at least one of, got none" }];
  });
}
