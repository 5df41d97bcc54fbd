/**
 * What a changed filter rejects of the deliveries that are known:
 *
 *   waits for its next attempt   ends now, discarded
 *   is out                       ends as its subscriber says, reply included; what is not taken is discarded then
 *   answered, its reply is kept  goes on: its subscriber has taken the event by the old filter's word
 */
import { decodeHead } from "../core/event-codec.ts";
import { discardedEntry } from "./journal-entry.ts";
import type { OutcomeContext } from "./outcomes.ts";
import { readEvent } from "./read-event.ts";
import type { ChannelState } from "./state.ts";
import { asStraggler, removeStraggler } from "./straggle.ts";
import type { Straggler } from "./straggler.ts";
import type { Subscription } from "./subscription.ts";

/** After the filter has changed, in the transaction that stores it. */
export function judgeAgain(state: ChannelState, context: OutcomeContext, subscription: Subscription): void {
  for (const straggler of [...subscription.stragglers.values()]) {
    straggler.isRejected = isRejected(state, subscription, straggler);
    if (straggler.isRejected && !subscription.leases.has(straggler.seq))
      discardRejected(context, subscription, straggler);
  }
  for (const [seq, lease] of [...subscription.leases]) {
    if (lease.unit.kind !== "fresh" || !rejects(state, subscription, seq)) continue;
    // The scan passes it by from now on: a row of its own keeps what becomes of it, through a crash too.
    const { unit } = asStraggler(context, subscription, lease);
    unit.straggler.isRejected = true;
  }
}

/** Whether a delivery that was out when the channel stopped is wanted no more. */
export function isRejected(state: ChannelState, subscription: Subscription, straggler: Straggler): boolean {
  return !straggler.holdsReply && rejects(state, subscription, straggler.seq, straggler);
}

/** Counted, and said in the journal. */
export function discardRejected(context: OutcomeContext, subscription: Subscription, straggler: Straggler): void {
  const { changes, nowMs } = context;
  subscription.counters.discarded++;
  changes.journal.push(discardedEntry(subscription, straggler.seq, { atMs: nowMs, note: "filter-changed" }));
  removeStraggler(context, subscription, straggler);
}

function rejects(state: ChannelState, subscription: Subscription, seq: number, straggler?: Straggler): boolean {
  const found = readEvent(state, seq, straggler);
  return found !== undefined && !subscription.filter(decodeHead(found.bytes).attributes);
}
