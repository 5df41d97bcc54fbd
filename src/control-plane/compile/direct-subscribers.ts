/**
 * Subscribers that an InMemoryChannel names itself, without Subscriptions: their addresses are written out. One whose dead
 * letters or answers could go nowhere is *paused*, as a Subscription is.
 */
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { isJsonObject, type JsonObject, listAt, objectAt, textAt } from "../resources/json.ts";
import { namespaceOf, uidOf } from "../resources/metadata.ts";
import { subscriptionSettings } from "../validation/annotations.ts";
import { awaitedChannel, awaitedMessage } from "./awaited-channel.ts";
import type { CompileContext } from "./compile-context.ts";
import { inheritedDelivery } from "./inherited-delivery.ts";
import { NOWHERE, type Resolution, resolveDestination, targetOf } from "./resolve-destination.ts";

export interface DirectSubscriber {
  readonly subscription: SubscriptionConfiguration;
  /** Given by the manifest. Any text may be one, several times, so that it tells nothing apart here. */
  readonly manifestUid: string;
  /** Why it is paused; absent while it is not. */
  readonly problem: string | undefined;
}

export function directSubscribers(channel: JsonObject, context: CompileContext): readonly DirectSubscriber[] {
  return listAt(channel, "spec", "subscribers")
    .filter(isJsonObject)
    .map((subscriber, index) => directSubscriber(subscriber, index, { channel, context }));
}

/** One without a subscriber passes the events themselves on to its reply, as in Knative. */
function directSubscriber(
  subscriber: JsonObject,
  index: number,
  { channel, context }: { readonly channel: JsonObject; readonly context: CompileContext },
): DirectSubscriber {
  const namespace = namespaceOf(channel);
  const target = writtenOut(textAt(subscriber, "subscriberUri"), namespace, context);
  const reply = writtenOut(textAt(subscriber, "replyUri"), namespace, context);
  const own = objectAt(subscriber, "delivery");
  const { delivery, deadLetterSink } = inheritedDelivery(own, { from: channel, namespace }, context);
  const problem = problemOf([target, reply, deadLetterSink], context);
  const hasReply = target !== undefined && reply !== undefined;
  const subscription: SubscriptionConfiguration = {
    // Their list never changes once the channel exists.
    uid: `${uidOf(channel)}/${index}`,
    namespace,
    name: textAt(subscriber, "name") || `subscriber-${index}`,
    filter: { kind: "everything" },
    subscriber: targetOf(target ?? reply) ?? NOWHERE,
    reply: hasReply ? { kind: "target", target: targetOf(reply) ?? NOWHERE } : { kind: "none" },
    delivery,
    ...subscriptionSettings(channel),
    ...(problem === undefined ? {} : { paused: true }),
  };
  return { subscription, manifestUid: textAt(subscriber, "uid") || subscription.uid, problem };
}

function writtenOut(uri: string | undefined, namespace: string, context: CompileContext): Resolution | undefined {
  return uri === undefined || uri === "" ? undefined : resolveDestination({ uri }, namespace, context);
}

function problemOf(destinations: readonly (Resolution | undefined)[], context: CompileContext): string | undefined {
  for (const destination of destinations) if (destination?.kind === "unresolved") return destination.message;
  const awaits = awaitedChannel(destinations, context);
  return awaits === undefined ? undefined : awaitedMessage(awaits);
}
