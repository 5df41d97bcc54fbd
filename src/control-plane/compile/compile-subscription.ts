/** The status of a Subscription; what it is to its channel is in `channel-subscription.ts`. */
import { CHANNELS, IN_MEMORY_CHANNELS, qualified, type ResourceName } from "../resource-names.ts";
import { type Json, type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { generationOf, namespaceOf } from "../resources/metadata.ts";
import { awaitedMessage } from "./awaited-channel.ts";
import { notAcknowledged, OIDC_DISABLED } from "./channel-conditions.ts";
import { isBehindChannel, placeOf } from "./channel-place.ts";
import { type ChannelSubscription, channelOfSubscription, channelSubscription } from "./channel-subscription.ts";
import type { CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, propagated, readyOf, summarize } from "./conditions.ts";
import { subscriptionHash } from "./configuration-hash.ts";
import type { Resolution } from "./resolve-destination.ts";

export function compileSubscription(subscription: JsonObject, context: CompileContext): Compiled {
  const channel = findChannel(subscription, context);
  // Without a channel the destinations are still resolved and shown: an empty one inherits nothing.
  const planned = channelSubscription(subscription, channel.kind === "found" ? channel.backing : {}, context);
  const conditions = [
    referencesCondition(planned, channel),
    ...channelConditions(subscription, planned, { channel, context }),
    OIDC_DISABLED,
  ];
  const status: Record<string, Json> = {
    observedGeneration: generationOf(subscription),
    conditions: summarize(conditions, { status: objectAt(subscription, "status"), now: context.now }),
  };
  const physical = physicalSubscription(planned);
  if (Object.keys(physical).length > 0) status.physicalSubscription = physical;
  return { status };
}

type FoundChannel =
  | {
      readonly kind: "found";
      readonly resource: ResourceName;
      readonly name: string;
      /** The InMemoryChannel that carries the events. */
      readonly backing: JsonObject;
    }
  | { readonly kind: "missing"; readonly message: string };

function findChannel(subscription: JsonObject, context: CompileContext): FoundChannel {
  const reference = channelOfSubscription(subscription, context);
  const kind = textAt(subscription, "spec", "channel", "kind") ?? "";
  if (reference === undefined) {
    return { kind: "missing", message: `no matches for kind ${JSON.stringify(kind)}: refer to a Channel` };
  }
  const { resource, name } = reference;
  const object = context.find(resource, namespaceOf(subscription), name);
  const shown = `${qualified(resource)} ${JSON.stringify(name)}`;
  if (object === undefined) {
    const orphan = orphanOf(reference, namespaceOf(subscription), context);
    if (orphan === undefined) return { kind: "missing", message: `${shown} not found` };
    return { kind: "found", resource: IN_MEMORY_CHANNELS, name, backing: orphan };
  }
  const backing = isInMemory(resource)
    ? object
    : context.partsOf(resource, object)?.some(({ resource: part }) => isInMemory(part))
      ? context.find(IN_MEMORY_CHANNELS, namespaceOf(subscription), name)
      : undefined;
  if (backing === undefined) return { kind: "missing", message: `${shown} takes no Subscriptions` };
  return { kind: "found", resource, name, backing };
}

/** What a Channel has left that went without it: it goes on delivering to the Channel's Subscriptions. */
function orphanOf(
  { resource, name }: { readonly resource: ResourceName; readonly name: string },
  namespace: string,
  context: CompileContext,
): JsonObject | undefined {
  if (qualified(resource) !== qualified(CHANNELS)) return undefined;
  const left = context.find(IN_MEMORY_CHANNELS, namespace, name);
  return left !== undefined && isBehindChannel(left, context) ? left : undefined;
}

function isInMemory(resource: ResourceName): boolean {
  return qualified(resource) === qualified(IN_MEMORY_CHANNELS);
}

function referencesCondition(planned: ChannelSubscription, channel: FoundChannel): Condition {
  const type = "ReferencesResolved";
  if (channel.kind === "missing") {
    return isFalse(type, "ChannelReferenceFailed", `Unable to get the channel: ${channel.message}`);
  }
  const unresolved = (
    [
      ["SubscriberResolveFailed", "the Subscriber's URI", planned.subscriber],
      ["ReplyResolveFailed", "the reply's URI", planned.reply],
      ["DeadLetterSinkResolveFailed", "the dead letter sink's URI", planned.deadLetterSink],
    ] as const
  ).find(([, , destination]) => destination?.kind === "unresolved");
  if (unresolved !== undefined) {
    const [reason, what, destination] = unresolved;
    const why = destination?.kind === "unresolved" ? destination.message : "";
    return isFalse(type, reason, `Unable to get ${what}: ${why}`);
  }
  if (planned.awaits !== undefined) {
    return isUnknown(type, "ChannelNotConfigured", awaitedMessage(planned.awaits));
  }
  return isTrue(type);
}

function channelConditions(
  subscription: JsonObject,
  planned: ChannelSubscription,
  { channel, context }: { readonly channel: FoundChannel; readonly context: CompileContext },
): readonly Condition[] {
  if (channel.kind === "missing") {
    return ["AddedToChannel", "ChannelReady"].map((type) =>
      isUnknown(type, "ChannelReferenceFailed", "There is no channel to subscribe to."),
    );
  }
  const ready = readyOf(context.statusOf(channel.resource, namespaceOf(subscription), channel.name));
  return [
    addedCondition(planned, channel.backing, context),
    ready === undefined
      ? isUnknown("ChannelReady", "ChannelNotConfigured", "The channel has not yet been reconciled.")
      : propagated("ChannelReady", ready),
  ];
}

function addedCondition(
  { subscription, awaits }: ChannelSubscription,
  backing: JsonObject,
  context: CompileContext,
): Condition {
  const type = "AddedToChannel";
  if (awaits !== undefined) {
    return isUnknown(
      type,
      "ChannelNotConfigured",
      "Nothing is delivered before the channel that it leads to is configured.",
    );
  }
  if (subscription.paused) {
    return isFalse(type, "NotSubscribed", "A reference cannot be resolved; nothing is delivered meanwhile.");
  }
  const place = placeOf(IN_MEMORY_CHANNELS, backing, context);
  const known = place === undefined ? undefined : context.acknowledged(place.name);
  const isAdded = known?.configuration?.subscriptions[subscription.uid] === subscriptionHash(subscription);
  return isAdded ? isTrue(type) : notAcknowledged(type, known ?? { configuration: undefined, failure: undefined });
}

/** Where events, answers and dead letters go, as far as it is known. */
function physicalSubscription({ subscriber, reply, deadLetterSink }: ChannelSubscription): JsonObject {
  return {
    ...uriMember("subscriberUri", subscriber),
    ...uriMember("replyUri", reply),
    ...uriMember("deadLetterSinkUri", deadLetterSink),
  };
}

function uriMember(name: string, destination: Resolution | undefined): JsonObject {
  return destination?.kind === "resolved" ? { [name]: destination.target.url } : {};
}
