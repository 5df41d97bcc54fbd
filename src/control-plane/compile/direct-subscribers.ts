/** Subscribers that an InMemoryChannel names itself, without Subscriptions: their addresses are written out. */
import type { SubscriptionConfiguration, Target } from "../../core/channel-protocol.ts";
import { isJsonObject, type JsonObject, listAt, objectAt, textAt } from "../resources/json.ts";
import { namespaceOf, uidOf } from "../resources/metadata.ts";
import { subscriptionSettings } from "../validation/annotations.ts";
import { deliveryPolicy } from "../validation/delivery-spec.ts";

export interface DirectSubscriber {
  readonly subscription: SubscriptionConfiguration;
  /** Given by the manifest. Any text may be one, several times, so that it tells nothing apart here. */
  readonly manifestUid: string;
}

export function directSubscribers(channel: JsonObject): readonly DirectSubscriber[] {
  return listAt(channel, "spec", "subscribers")
    .filter(isJsonObject)
    .map((subscriber, index) => {
      const subscription = directSubscription(subscriber, index, channel);
      return { subscription, manifestUid: textAt(subscriber, "uid") || subscription.uid };
    });
}

/** One without a subscriber passes the events themselves on to its reply, as in Knative. */
function directSubscription(subscriber: JsonObject, index: number, channel: JsonObject): SubscriptionConfiguration {
  const own = objectAt(subscriber, "delivery");
  const reply = urlTarget(textAt(subscriber, "replyUri"));
  const target = urlTarget(textAt(subscriber, "subscriberUri"));
  const sink = urlTarget(textAt(own ?? objectAt(channel, "spec", "delivery"), "deadLetterSink", "uri"));
  return {
    // Their list never changes once the channel exists.
    uid: `${uidOf(channel)}/${index}`,
    namespace: namespaceOf(channel),
    name: textAt(subscriber, "name") || `subscriber-${index}`,
    filter: { kind: "everything" },
    subscriber: target ?? reply ?? { kind: "url", url: "" },
    reply: target === undefined || reply === undefined ? { kind: "none" } : { kind: "target", target: reply },
    delivery: deliveryPolicy(own ?? objectAt(channel, "spec", "delivery"), sink),
    ...subscriptionSettings(channel),
  };
}

function urlTarget(url: string | undefined): Target | undefined {
  return url === undefined || url === "" ? undefined : { kind: "url", url };
}
