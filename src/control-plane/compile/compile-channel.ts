/** The status of a Channel: that of the InMemoryChannel behind it, which is its one part. */
import assert from "../../core/assert.ts";
import { CHANNELS, IN_MEMORY_CHANNELS } from "../resource-names.ts";
import { type Json, type JsonObject, listAt, objectAt } from "../resources/json.ts";
import { generationOf, nameOf, namespaceOf } from "../resources/metadata.ts";
import { channelAnnotations } from "../validation/annotations.ts";
import { templateDelivery } from "../validation/channels/channel-template.ts";
import { deadLetterCondition, eventPoliciesCondition } from "./channel-conditions.ts";
import { placeOf } from "./channel-place.ts";
import type { CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isTrue, propagated, readyOf, summarize } from "./conditions.ts";
import { channelReference } from "./flow-parts.ts";
import type { Part } from "./part.ts";
import { partProblem } from "./part-problem.ts";
import { resolveDestination } from "./resolve-destination.ts";

export function compileChannel(channel: JsonObject, context: CompileContext): Compiled {
  const place = placeOf(CHANNELS, channel, context);
  assert(place !== undefined, "a Channel has an address");
  const backing = context.statusOf(IN_MEMORY_CHANNELS, namespaceOf(channel), nameOf(channel));
  const subscribers = listAt(backing, "subscribers");
  const sink = objectAt(deliveryOf(channel), "deadLetterSink");
  const deadLetterSink = sink === undefined ? undefined : resolveDestination(sink, namespaceOf(channel), context);
  const conditions = [
    backingCondition(channel, backing, context),
    isTrue("Addressable"),
    deadLetterCondition(deadLetterSink),
    eventPoliciesCondition("Channel"),
  ];
  const status: Record<string, Json> = {
    observedGeneration: generationOf(channel),
    conditions: summarize(conditions, { status: objectAt(channel, "status"), now: context.now }),
    address: place.address,
    addresses: [place.address],
    channel: { ...channelReference(nameOf(channel)), namespace: namespaceOf(channel) },
    ...(subscribers.length === 0 ? {} : { subscribers }),
  };
  if (deadLetterSink?.kind === "resolved") status.deadLetterSinkUri = deadLetterSink.target.url;
  return { status };
}

/** Every template makes the same durable channel, under the Channel's own name as in Knative. */
export function channelParts(channel: JsonObject): readonly Part[] {
  const delivery = deliveryOf(channel);
  return [
    {
      resource: IN_MEMORY_CHANNELS,
      name: nameOf(channel),
      spec: delivery === undefined ? {} : { delivery },
      annotations: channelAnnotations(channel).all,
      isEntrance: true,
    },
  ];
}

/** How Subscriptions without a delivery of their own deliver. */
function deliveryOf(channel: JsonObject): JsonObject | undefined {
  const spec = objectAt(channel, "spec");
  return objectAt(spec, "delivery") ?? templateDelivery(spec);
}

function backingCondition(channel: JsonObject, backing: JsonObject | undefined, context: CompileContext): Condition {
  const type = "BackingChannelReady";
  const problem = partProblem(type, { owner: channel, parts: channelParts(channel) }, context);
  if (problem !== undefined) return problem;
  const ready = readyOf(backing);
  if (ready === undefined) return { type, status: "Unknown", reason: "BackingChannelNotConfigured" };
  return propagated(type, ready);
}
