/** Where an attempt goes, by what it sends, and how long it may be out. */
import type { Purpose, SubscriptionConfiguration, Target } from "../core/channel-protocol.ts";
import { LEASE_MARGIN_MS } from "./limits.ts";

/** Where the subscription sends this; one whose configuration names no such place any more, to its subscriber. */
export function destinationOf(configuration: SubscriptionConfiguration, purpose: Purpose): Target {
  const { subscriber, reply, delivery } = configuration;
  switch (purpose) {
    case "deliver":
      return subscriber;
    case "reply":
      return reply.kind === "target" ? reply.target : subscriber;
    case "dead-letter":
      return delivery.deadLetterSink ?? subscriber;
    default:
      return purpose satisfies never;
  }
}

/** Where a courier passes the reply on that it gets; a channel as subscriber gives none. */
export function replyTarget({ subscriber, reply }: SubscriptionConfiguration, purpose: Purpose): Target | undefined {
  return purpose === "deliver" && subscriber.kind === "url" && reply.kind === "target" ? reply.target : undefined;
}

/** A courier that passes a reply on makes two requests, each with the whole timeout. */
export function leaseMs(configuration: SubscriptionConfiguration, purpose: Purpose): number {
  const requests = replyTarget(configuration, purpose) === undefined ? 1 : 2;
  return requests * configuration.delivery.timeoutMs + LEASE_MARGIN_MS;
}
