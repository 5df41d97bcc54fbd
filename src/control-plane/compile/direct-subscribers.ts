/**
 * Subscribers that an InMemoryChannel names itself, without Subscriptions: their addresses are written out. One whose dead
 * letters or answers could go nowhere is *paused*, as a Subscription is.
 */
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { isJsonObject, type JsonObject, listAt, objectAt, textAt } from "../resources/json.ts";
import { namespaceOf, uidOf } from "../resources/metadata.ts";
import { subscriptionSettings } from "../validation/annotations.ts";
import { deliveryPolicy } from "../validation/delivery-spec.ts";
import { awaitedChannel } from "./awaited-channel.ts";
import type { CompileContext } from "./compile-context.ts";
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
  const own = objectAt(subscriber, "delivery");
  const inherited = objectAt(channel, "spec", "delivery");
  const target = writtenOut(textAt(subscriber, "subscriberUri"), namespace, context);
  const reply = writtenOut(textAt(subscriber, "replyUri"), namespace, context);
  // As for a Subscription: the channel's dead letter sink serves a delivery that has none.
  const sink = objectAt(own, "deadLetterSink") ?? objectAt(inherited, "deadLetterSink");
  const deadLetterSink = sink === undefined ? undefined : resolveDestination(sink, namespace, context);
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
    delivery: deliveryPolicy(own ?? inherited, targetOf(deadLetterSink)),
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
  return awaits === undefined
    ? undefined
    : `The channel ${awaits} that it leads to has not yet acknowledged its configuration.`;
}
