/**
 * What a changed filter rejects of the deliveries that are known:
 *
 *   waits for its next attempt   ends now, discarded
 *   is out                       ends as its subscriber says, reply included; what is not taken is discarded then
 *   is parked                    stays; whoever redrives it means it to be sent
 *   answered, its reply is kept  goes on: its subscriber has taken the event by the old filter's word
 *   was out at a crash, and is   is passed by: that its subscriber has taken it counts while an older event waits, and then no
 *   not read again yet           more, because what is below the floor has ended as far as anybody can tell
 *
 * A filter that cannot be used, for which its subscription is paused, rejects nothing: the next one does.
 */
import { decodeHead } from "../core/event-codec.ts";
import { discardedEntry } from "./journal-entry.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { readEvent } from "./read-event.ts";
import type { ChannelState } from "./state.ts";
import { asStraggler, removeStraggler } from "./straggle.ts";
import { purposeOf, type Straggler, stragglerRow } from "./straggler.ts";
import type { Subscription } from "./subscription.ts";
import { leaseMs } from "./targets.ts";

/** After the filter has changed, in the transaction that stores it. */
export function judgeAgain(state: ChannelState, context: OutcomeContext, subscription: Subscription): void {
  for (const [seq, lease] of [...subscription.leases]) {
    // The scan passes it by from now on: a row of its own keeps what becomes of it, through a crash too.
    if (lease.unit.kind === "fresh" && rejects(state, subscription, seq)) asStraggler(context, subscription, lease);
  }
  for (const straggler of [...subscription.stragglers.values()]) {
    const wasRejected = straggler.isRejected;
    straggler.isRejected = !straggler.holdsReply && rejects(state, subscription, straggler.seq, straggler);
    const isOut = subscription.leases.has(straggler.seq);
    if (straggler.isRejected && !isOut) discardRejected(context, subscription, straggler);
    else if (straggler.isRejected !== wasRejected)
      context.changes.putStraggler(stragglerRow(straggler, isOut), { urgent: false });
  }
}

/** Was out when the channel stopped, and its subscriber may yet say that it took it. */
export function awaitRejected(context: OutcomeContext, subscription: Subscription, straggler: Straggler): void {
  const purpose = purposeOf(straggler.state);
  subscription.leases.set(straggler.seq, {
    unit: { kind: "straggler", straggler },
    number: context.nextLease(),
    attempt: straggler.attempts,
    purpose,
    leasedAtMs: context.nowMs,
    expiresAtMs: context.nowMs + leaseMs(subscription.configuration, purpose),
    lane: "",
  });
}

/** Counted, and said in the journal. */
export function discardRejected(context: OutcomeContext, subscription: Subscription, straggler: Straggler): void {
  const { changes, nowMs } = context;
  subscription.counters.discarded++;
  changes.journal.push(discardedEntry(subscription, straggler.seq, { atMs: nowMs, note: "filter-changed" }));
  removeStraggler(context, subscription, straggler);
}

/** Whether the filter of now does. */
function rejects(state: ChannelState, subscription: Subscription, seq: number, straggler?: Straggler): boolean {
  const found = readEvent(state, seq, straggler);
  return found !== undefined && !subscription.filter(decodeHead(found.bytes).attributes);
}
