/** A Channel: an InMemoryChannel or another kind by its template. Nothing of it changes once it exists. */

import { channelParts, compileChannel } from "../../compile/compile-channel.ts";
import { AGE, READY_AND_REASON, type ResourceKind, URL_COLUMN } from "../../kind.ts";
import { CHANNELS } from "../../resource-names.ts";
import { listAt, objectAt } from "../../resources/json.ts";
import { namespaceOf, withMetadata } from "../../resources/metadata.ts";
import { validateChannelAnnotations } from "../../validation/annotations.ts";
import {
  channelStatusMembers,
  channelSubscribersSchema,
  channelTemplateSchema,
} from "../../validation/channels/channel-schemas.ts";
import { validateChannelTemplate, withChannelTemplate } from "../../validation/channels/channel-template.ts";
import { deliverySchema, objectSchema, referenceSchema, struct } from "../../validation/common-schemas.ts";
import { validateDelivery, withDefaultDelivery } from "../../validation/delivery-spec.ts";
import { type FieldError, mustNotSet } from "../../validation/field-error.ts";
import { immutableChanges } from "../../validation/immutable-fields.ts";

/** The shape of `spec.subscribers` that the channel understands; there is one. */
export const SUBSCRIBABLE = { "messaging.knative.dev/subscribable": "v1" };

export const channelKind: ResourceKind = {
  ...CHANNELS,
  kind: "Channel",
  versions: ["v1"],
  singular: "channel",
  shortNames: ["ch"],
  categories: ["all", "knative", "messaging", "channel"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: {
    description: "Takes events at its address and has its Subscriptions deliver them.",
    ...objectSchema({
      spec: struct({
        channelTemplate: channelTemplateSchema,
        delivery: { ...deliverySchema, description: "How Subscriptions without a delivery of their own deliver." },
        subscribers: { ...channelSubscribersSchema, description: "Set by Subscriptions." },
      }),
      status: struct({ ...channelStatusMembers, channel: referenceSchema }),
    }),
  },
  printerColumns: [URL_COLUMN, AGE, ...READY_AND_REASON],
  applyDefaults(object) {
    const annotations = { ...SUBSCRIBABLE, ...objectAt(object, "metadata", "annotations") };
    const spec = withChannelTemplate(objectAt(object, "spec") ?? {});
    return { ...withMetadata(object, { annotations }), spec: withDefaultDelivery(spec, namespaceOf(object)) };
  },
  validate(object, old) {
    const spec = objectAt(object, "spec");
    const errors: FieldError[] = [
      ...validateChannelTemplate(spec),
      ...validateDelivery(objectAt(spec, "delivery"), "spec.delivery"),
      ...validateChannelAnnotations(object),
    ];
    // Subscriptions are the only way to subscribe.
    if (listAt(spec, "subscribers").length > 0) errors.push(mustNotSet("spec.subscribable.subscribers"));
    if (old !== undefined) errors.push(...immutableChanges(["channelTemplate", "delivery"], object, old));
    return errors;
  },
  parts: channelParts,
  compile: compileChannel,
};
