/**
 * The channel that a source has of its own while its sink is a URL: what it takes is kept until it is delivered, as at a Broker.
 * With a channel as its sink it needs none; what its own still holds then goes to the new sink.
 *
 *   sink is a URL                         delivers there
 *   sink is a channel, or moved to one    drains into that, if there is anything to drain, and goes
 *   sink does not resolve                 keeps what it holds
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

/** Undefined where the source needs none and never had one, or has none any more. */
export function sourceChannel(source: JsonObject, sink: Resolution, context: CompileContext): Compiled["channel"] {
  const name = sourceChannelName(source);
  const isDirect = sink.kind === "resolved" && sink.target.kind === "url";
  if (!isDirect && context.acknowledged(name).configuration === undefined) return undefined;
  const isLeftOver = sink.kind === "resolved" && !isDirect;
  const configuration = withHash({
    uid: uidOf(source),
    ...channelSettings(source),
    ...(isLeftOver ? { draining: true } : {}),
    subscriptions: [sinkSubscription(source, sink, context)],
  });
  return { name, configuration };
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
