/** An InMemoryChannel is one channel; its Subscriptions, and those of the Channel it stands behind, are the subscriptions. */
import assert from "../../core/assert.ts";
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { CHANNELS, IN_MEMORY_CHANNELS } from "../resource-names.ts";
import { type Json, type JsonObject, objectAt } from "../resources/json.ts";
import { generationOf, nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { channelSettings } from "../validation/annotations.ts";
import { deadLetterCondition, eventPoliciesCondition, notAcknowledged } from "./channel-conditions.ts";
import { isBehindChannel, placeOf } from "./channel-place.ts";
import { channelSubscription, subscriptionsOn } from "./channel-subscription.ts";
import type { Acknowledgement, CompileContext, Compiled, UnversionedConfiguration } from "./compile-context.ts";
import { type Condition, isTrue, summarize } from "./conditions.ts";
import { settingsHash, subscriptionHash, withHash } from "./configuration-hash.ts";
import { type DirectSubscriber, directSubscribers } from "./direct-subscribers.ts";
import { ownershipOf } from "./part.ts";
import { resolveDestination } from "./resolve-destination.ts";

export function compileInMemoryChannel(channel: JsonObject, context: CompileContext): Compiled {
  const place = placeOf(IN_MEMORY_CHANNELS, channel, context);
  assert(place !== undefined, "an InMemoryChannel has an address");
  const isLeftOver = ownershipOf(IN_MEMORY_CHANNELS, channel, context).kind === "left-over";
  const direct = directSubscribers(channel, context);
  const subscriptions = [
    ...subscriptionsBehind(channel, context).map((each) => channelSubscription(each, channel, context).subscription),
    ...direct.map(({ subscription }) => subscription),
  ];
  const configuration = withHash({
    uid: uidOf(channel),
    ...channelSettings(channel),
    ...(isLeftOver ? { draining: true } : {}),
    subscriptions,
  });
  const known = context.acknowledged(place.name);
  const running = runningCondition(configuration, known);
  const sink = objectAt(channel, "spec", "delivery", "deadLetterSink");
  const deadLetterSink = sink === undefined ? undefined : resolveDestination(sink, namespaceOf(channel), context);
  const conditions = [
    // One channel is dispatcher, service and endpoint at once, so they stand and fall together.
    ...["DispatcherReady", "ServiceReady", "EndpointsReady", "ChannelServiceReady"].map((type) => ({
      ...running,
      type,
    })),
    isTrue("Addressable"),
    deadLetterCondition(deadLetterSink),
    eventPoliciesCondition("channel"),
    ...(isLeftOver ? [LEFT_OVER] : []),
  ];
  const status: Record<string, Json> = {
    observedGeneration: generationOf(channel),
    conditions: summarize(conditions, { status: objectAt(channel, "status"), now: context.now }),
    address: place.address,
    addresses: [place.address],
    ...(subscriptions.length === 0
      ? {}
      : { subscribers: subscribersOf(subscriptions, direct, { channel, known, context }) }),
  };
  if (deadLetterSink?.kind === "resolved") status.deadLetterSinkUri = deadLetterSink.target.url;
  return { status, channel: { name: place.name, configuration } };
}

interface ChannelInContext {
  readonly channel: JsonObject;
  readonly known: Acknowledgement;
  readonly context: CompileContext;
}

const LEFT_OVER = isTrue("Draining", {
  reason: "NotWanted",
  message:
    "Its owner leads no events here any more. It goes once what it holds is delivered; parked deliveries hold it until they are redriven or discarded.",
});

/** Those of the Channel that it stands behind are its own. */
function subscriptionsBehind(channel: JsonObject, context: CompileContext): readonly JsonObject[] {
  const own = subscriptionsOn(IN_MEMORY_CHANNELS, nameOf(channel), context);
  return isBehindChannel(channel, context) ? [...own, ...subscriptionsOn(CHANNELS, nameOf(channel), context)] : own;
}

/** Whether the channel runs these settings; its subscriptions are the Subscriptions' affair. */
function runningCondition(wanted: UnversionedConfiguration, known: Acknowledgement): Condition {
  const type = "DispatcherReady";
  return known.configuration?.settings === settingsHash(wanted) ? isTrue(type) : notAcknowledged(type, known);
}

function subscribersOf(
  subscriptions: readonly SubscriptionConfiguration[],
  direct: readonly DirectSubscriber[],
  { channel, known, context }: ChannelInContext,
): readonly JsonObject[] {
  const directly = new Map(direct.map((each) => [each.subscription.uid, each]));
  const generations = new Map(
    [
      ...subscriptionsOn(IN_MEMORY_CHANNELS, nameOf(channel), context),
      ...subscriptionsOn(CHANNELS, nameOf(channel), context),
    ].map((each) => [uidOf(each), generationOf(each)]),
  );
  return subscriptions.map((subscription) => {
    const isAdded = known.configuration?.subscriptions[subscription.uid] === subscriptionHash(subscription);
    const named = directly.get(subscription.uid);
    return {
      uid: named?.manifestUid ?? subscription.uid,
      observedGeneration: generations.get(subscription.uid) ?? generationOf(channel),
      ready: isAdded && !subscription.paused ? "True" : "Unknown",
      ...(named?.problem === undefined ? {} : { message: named.problem }),
    };
  });
}
