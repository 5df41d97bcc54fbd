/**
 * The channel that each source has of its own. What it takes is kept until it is delivered, as at a Broker.
 *
 *   sink is a URL           takes the source's events and delivers there
 *   sink is a channel       stands by: takes what comes before that channel does, or by a look-up from before the sink changed
 *   sink does not resolve   keeps what it holds
 */
import { type ChannelName, parseChannelName } from "../../core/channel-name.ts";
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import type { JsonObject } from "../resources/json.ts";
import { nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { channelSettings, subscriptionSettings } from "../validation/annotations.ts";
import { DEFAULT_BROKER_DELIVERY, deliveryPolicy } from "../validation/delivery-spec.ts";
import { awaitedChannel } from "./awaited-channel.ts";
import { notAcknowledged } from "./channel-conditions.ts";
import type { CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isTrue } from "./conditions.ts";
import { settingsHash, subscriptionHash, withHash } from "./configuration-hash.ts";
import { NOWHERE, type Resolution, targetOf } from "./resolve-destination.ts";

export function sourceChannelName(source: JsonObject): ChannelName {
  const name = parseChannelName(namespaceOf(source), "source", nameOf(source));
  if (name === undefined) throw new Error("a stored source has a name that no channel can have");
  return name;
}

export function sourceChannel(
  source: JsonObject,
  sink: Resolution,
  context: CompileContext,
): NonNullable<Compiled["channel"]> {
  const subscriptions = [sinkSubscription(source, sink, context)];
  const configuration = withHash({ uid: uidOf(source), ...channelSettings(source), subscriptions });
  return { name: sourceChannelName(source), configuration };
}

/** Whether the channel runs these settings and delivers to this sink. */
export function sourceChannelCondition(wanted: NonNullable<Compiled["channel"]>, context: CompileContext): Condition {
  const type = "ChannelReady";
  const { configuration } = wanted;
  const known = context.acknowledged(wanted.name);
  const isRunning =
    known.configuration?.settings === settingsHash(configuration) &&
    configuration.subscriptions.every(
      (each) => known.configuration?.subscriptions[each.uid] === subscriptionHash(each),
    );
  return isRunning ? isTrue(type) : notAcknowledged(type, known);
}

function sinkSubscription(source: JsonObject, sink: Resolution, context: CompileContext): SubscriptionConfiguration {
  const paused = sink.kind === "unresolved" || awaitedChannel([sink], context) !== undefined;
  return {
    uid: uidOf(source),
    namespace: namespaceOf(source),
    name: nameOf(source),
    filter: { kind: "everything" },
    subscriber: targetOf(sink) ?? NOWHERE,
    reply: { kind: "none" },
    delivery: deliveryPolicy(DEFAULT_BROKER_DELIVERY, undefined),
    ...subscriptionSettings(source),
    ...(paused ? { paused } : {}),
  };
}
