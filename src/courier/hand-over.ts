/** Hands an event to another channel: once, whatever is repeated, because the key names this very delivery. */

import { withArrivalTime } from "../core/arrival-time.ts";
import { type ChannelName, kindOfChannel } from "../core/channel-name.ts";
import type { Attributes } from "../core/event.ts";
import { encodeEvent } from "../core/event-codec.ts";
import { handOverKey } from "../core/idempotency.ts";
import { wholeData } from "./event-data.ts";
import { type Answer, failedWithout, type Means, type Work } from "./send.ts";

/** What a Broker's ingress does for events that come over HTTP. */
function arrived(target: ChannelName, attributes: Attributes, nowMs: number): Attributes {
  return kindOfChannel(target) === "broker" ? withArrivalTime(attributes, nowMs) : attributes;
}

const NO_HOPS = "no hops left: it would go round in a loop";
/** Not worth another try. */
const UNPROCESSABLE = 422;

export async function handOver({ ports, handOvers }: Means, work: Work, target: ChannelName): Promise<Answer> {
  const { channel, delivery, outgoing } = work;
  const { event, chunked } = outgoing;
  const hops = event.head.hops - 1;
  if (hops <= 0) {
    // A dead letter is the last that is left of its event: it is parked rather than dropped.
    if (delivery.token.purpose === "dead-letter") return { ...failedWithout(NO_HOPS), status: UNPROCESSABLE };
    ports.log({ event: "event.dropped", channel, target, reason: NO_HOPS });
    return { kind: "delivered", status: 202, hopsExhausted: true };
  }
  const data = chunked === undefined ? event.data : await wholeData(ports, channel, chunked);
  const bytes = encodeEvent({
    head: { ...event.head, attributes: arrived(target, event.head.attributes, ports.now()), hops },
    data,
  });
  const { subscription, epoch, seq, purpose } = delivery.token;
  // The name does for the uid: an epoch never comes again under a name, although its resource may be created anew.
  const key = handOverKey({ channelUid: channel, subscriptionUid: subscription, epoch, seq, kind: purpose });
  const untilMs = ports.now() + work.route.timeoutMs;
  let answer = await handOvers.append(target, bytes, key);
  // Full for the moment is nothing that the event could help: it waits, and has no attempt less.
  while (answer.kind === "overloaded" && ports.now() + answer.retryAfterMs < untilMs) {
    const { retryAfterMs } = answer;
    await new Promise<void>((resolve) => void ports.schedule(retryAfterMs, resolve));
    answer = await handOvers.append(target, bytes, key);
  }
  switch (answer.kind) {
    case "accepted":
      return { kind: "delivered", status: 202 };
    case "not-found":
      return { ...failedWithout("the channel does not exist"), status: 404 };
    case "overloaded":
      return { ...failedWithout("the channel is full"), status: 503, retryAfterMs: answer.retryAfterMs };
    default:
      return answer satisfies never;
  }
}
