/** An InMemoryChannel: durable here all the same, whatever its name says. */

import { compileInMemoryChannel } from "../../compile/compile-in-memory-channel.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { IN_MEMORY_CHANNELS } from "../../resource-names.ts";
import { objectAt } from "../../resources/json.ts";
import { namespaceOf, withMetadata } from "../../resources/metadata.ts";
import { validateChannelAnnotations } from "../../validation/annotations.ts";
import { channelStatusMembers, inMemoryChannelSubscribersSchema } from "../../validation/channels/channel-schemas.ts";
import { validateChannelScope, validateChannelSubscribers } from "../../validation/channels/channel-subscribers.ts";
import { deliverySchema, objectSchema, struct } from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import { SUBSCRIBABLE } from "./channel.ts";

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
  schema: {
    description: "A Channel of the default kind, durable here all the same.",
    ...objectSchema({
      spec: struct({
        delivery: { ...deliverySchema, description: "How Subscriptions without a delivery of their own deliver." },
        subscribers: { ...inMemoryChannelSubscribersSchema, description: "Set by Subscriptions." },
      }),
      status: struct(channelStatusMembers),
    }),
  },
  printerColumns: [URL_COLUMN, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const annotations = { ...SUBSCRIBABLE, ...objectAt(object, "metadata", "annotations") };
    const spec = withDefaultDelivery(objectAt(object, "spec") ?? {}, namespaceOf(object));
    return { ...withMetadata(object, { annotations }), spec };
  },
  validate(object, old) {
    return [
      ...validateChannelSubscribers(object, old),
      ...validateChannelScope(object),
      ...validateDelivery(objectAt(object, "spec", "delivery"), "spec.delivery"),
      ...validateChannelAnnotations(object),
    ];
  },
  compile: compileInMemoryChannel,
};
