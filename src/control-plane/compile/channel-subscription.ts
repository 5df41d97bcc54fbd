/**
 * What one Subscription is on its channel. Used twice, for the channel's configuration and for the Subscription's status, so
 * that both always say the same.
 *
 * One that cannot deliver, or whose answers or dead letters could go nowhere, is *paused*, never left out: leaving it out would
 * tell the channel to discard what waits for it.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { qualified, type ResourceName, SUBSCRIPTIONS } from "../resource-names.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { subscriptionSettings } from "../validation/annotations.ts";
import { awaitedChannel } from "./awaited-channel.ts";
import type { CompileContext } from "./compile-context.ts";
import { groupOfReference } from "./find-reference.ts";
import { inheritedDelivery } from "./inherited-delivery.ts";
import { NOWHERE, type Resolution, resolveDestination, targetOf } from "./resolve-destination.ts";

export interface ChannelSubscription {
  readonly subscription: SubscriptionConfiguration;
  readonly subscriber: Resolution;
  /** Absent where answers are dropped. */
  readonly reply: Resolution | undefined;
  /** Absent where neither Subscription nor channel has one. */
  readonly deadLetterSink: Resolution | undefined;
  /** A channel that it leads to and that is not configured yet. */
  readonly awaits: ChannelName | undefined;
}

/** What a Subscription refers to as its channel: there may be no such object. */
export function channelOfSubscription(
  subscription: JsonObject,
  context: Pick<CompileContext, "resourceOf">,
): { readonly resource: ResourceName; readonly name: string } | undefined {
  const reference = objectAt(subscription, "spec", "channel");
  const resource = context.resourceOf(groupOfReference(reference), textAt(reference, "kind") ?? "");
  return resource === undefined ? undefined : { resource, name: textAt(reference, "name") ?? "" };
}

/** The Subscriptions that refer to this object, by name. All are looked through once in each context. */
export function subscriptionsOn(resource: ResourceName, name: string, context: CompileContext): readonly JsonObject[] {
  const known = BY_CHANNEL.get(context) ?? groupedByChannel(context);
  BY_CHANNEL.set(context, known);
  return known.get(`${qualified(resource)}/${name}`) ?? [];
}

/** `channel` is the object, whose delivery serves where the Subscription has none. Planned once in each context. */
export function channelSubscription(
  subscription: JsonObject,
  channel: JsonObject,
  context: CompileContext,
): ChannelSubscription {
  const plans = PLANS.get(context) ?? new Map<JsonObject, ChannelSubscription>();
  PLANS.set(context, plans);
  const planned = plans.get(subscription) ?? plan(subscription, channel, context);
  plans.set(subscription, planned);
  return planned;
}

const PLANS = new WeakMap<CompileContext, Map<JsonObject, ChannelSubscription>>();
const BY_CHANNEL = new WeakMap<CompileContext, ReadonlyMap<string, readonly JsonObject[]>>();

function groupedByChannel(context: CompileContext): ReadonlyMap<string, readonly JsonObject[]> {
  const groups = new Map<string, JsonObject[]>();
  for (const subscription of context.list(SUBSCRIPTIONS)) {
    const channel = channelOfSubscription(subscription, context);
    if (channel === undefined) continue;
    const key = `${qualified(channel.resource)}/${channel.name}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(subscription);
  }
  return groups;
}

function plan(subscription: JsonObject, channel: JsonObject, context: CompileContext): ChannelSubscription {
  const namespace = namespaceOf(subscription);
  const spec = objectAt(subscription, "spec");
  const subscriber = resolveDestination(objectAt(spec, "subscriber"), namespace, context);
  const reply = replyOf(spec, namespace, context);
  const own = objectAt(spec, "delivery");
  const { delivery, deadLetterSink } = inheritedDelivery(own, { from: channel, namespace }, context);
  const destinations = [subscriber, reply, deadLetterSink];
  const awaits = awaitedChannel(destinations, context);
  const paused = awaits !== undefined || destinations.some((destination) => destination?.kind === "unresolved");
  const configuration: SubscriptionConfiguration = {
    uid: uidOf(subscription),
    namespace,
    name: nameOf(subscription),
    filter: { kind: "everything" },
    subscriber: targetOf(subscriber) ?? NOWHERE,
    reply: reply === undefined ? { kind: "none" } : { kind: "target", target: targetOf(reply) ?? NOWHERE },
    delivery,
    ...subscriptionSettings(subscription),
    ...(paused ? { paused } : {}),
  };
  return { subscription: configuration, subscriber, reply, deadLetterSink, awaits };
}

/** An empty one is none, as in Knative. */
function replyOf(spec: JsonObject | undefined, namespace: string, context: CompileContext): Resolution | undefined {
  const reply = objectAt(spec, "reply");
  if (reply === undefined || Object.keys(reply).length === 0) return undefined;
  return resolveDestination(reply, namespace, context);
}
