/** A subscriber's reply becomes an event of its channel, in the commit that settles the delivery; or it is dropped. */
import { withArrivalTime } from "../core/arrival-time.ts";
import { decodeEvent, encodeEvent } from "../core/event-codec.ts";
import type { Note, ReplyPlace } from "./journal-entry.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import type { ChannelState } from "./state.ts";
import { removeStraggler } from "./straggle.ts";
import type { Straggler } from "./straggler.ts";
import type { Subscription } from "./subscription.ts";

export function appendReply(state: ChannelState, subscription: Subscription, encoded: Uint8Array): Note {
  const reply = decodeEvent(encoded);
  const hops = reply.head.hops - 1;
  if (hops <= 0) {
    subscription.counters.hopsExhausted++;
    state.ports.log({
      event: "reply.dropped",
      reason: "no hops left: the reply would go round in a loop",
      subscription: subscription.uid,
      name: subscription.configuration.name,
    });
    return "no-hops";
  }
  subscription.counters.replies++;
  const { knativebrokerttl: _, ...attributes } = reply.head.attributes;
  const head = { attributes: withArrivalTime(attributes, state.ports.now()), headers: reply.head.headers, hops };
  const place: ReplyPlace = { seq: null };
  state.buffer.add({
    events: [{ bytes: encodeEvent({ head, data: reply.data }), keys: [] }],
    placed: (seq) => {
      place.seq = seq;
    },
    accepted: () => {},
    // The commit that fails takes the whole object with it; the delivery comes again.
    refused: () => {},
  });
  state.changes.urgent = true;
  return place;
}

/** A kept reply whose subscription sends replies nowhere any more: its delivery ends like one that never had a target. */
export function dropReply(
  state: ChannelState,
  context: OutcomeContext,
  subscription: Subscription,
  straggler: Straggler,
): void {
  subscription.counters.delivered++;
  removeStraggler(context, subscription, straggler);
  state.ports.log({
    event: "reply.dropped",
    reason: "the subscription has no place for replies any more",
    subscription: subscription.uid,
    name: subscription.configuration.name,
  });
}
