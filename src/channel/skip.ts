/** Moves a subscription forward: what it passes over is discarded and counted, what lies ahead stays as it is. */
import { skippedEntry } from "./journal-entry.ts";
import { headAt } from "./log.ts";
import type { ChannelState } from "./state.ts";
import type { Subscription } from "./subscription.ts";

/** Events not read yet that one skip may pass over: it counts what it discards, one by one. */
export const MOST_SKIPPED = 100_000;

/** Returns how many deliveries it discards, or would; undefined when they are too many to count in one step. */
export function skip(
  state: ChannelState,
  subscription: Subscription,
  where: { readonly to: number; readonly dryRun: boolean },
): number | undefined {
  const { to, dryRun } = where;
  const unread = subscription.reading.unreadBelow(to);
  if (unread > MOST_SKIPPED) return undefined;
  const entries = [...subscription.window.unsettled()].filter((entry) => entry.seq < to);
  const stragglers = [...subscription.stragglers.values()].filter((straggler) => straggler.seq < to);
  const discarded = entries.length + stragglers.length + unreadMatches(state, subscription, to);
  if (dryRun) return discarded;
  const from = subscription.floor(state.log.head);
  state.changes.journal.push(skippedEntry(subscription, { from, to, atMs: state.ports.now() }));
  for (const entry of entries) {
    const wasLeased = entry.state === "leased";
    subscription.endLease(entry.seq);
    subscription.window.settle(entry);
    if (wasLeased && entry.orderingKey !== undefined) subscription.ready.release(entry.orderingKey, entry.seq);
  }
  for (const straggler of stragglers) {
    subscription.stragglers.delete(straggler.seq);
    subscription.endLease(straggler.seq);
    state.changes.deleteStraggler(straggler.id);
    if (straggler.orderingKey !== undefined) subscription.ready.release(straggler.orderingKey, straggler.seq);
  }
  if (unread > 0) subscription.reading.scannedTo = to;
  // A changed filter leaves what is out to be found by the scan, which now begins beyond it.
  for (const seq of [...subscription.leases.keys()]) if (seq < to) subscription.endLease(seq);
  subscription.counters.discarded += discarded;
  state.changes.positions.add(subscription.group);
  state.busy.add(subscription);
  return discarded;
}

function unreadMatches(state: ChannelState, subscription: Subscription, to: number): number {
  let count = 0;
  for (let seq = subscription.reading.caughtUp ? to : subscription.reading.scannedTo; seq < to; seq++) {
    const segment = state.log.segmentFrom(seq);
    if (segment === undefined || segment.firstSeq >= to) break;
    seq = Math.max(seq, segment.firstSeq);
    const isReadable = segment.ends.length > 0 && subscription.reading.isAhead(seq);
    if (isReadable && subscription.filter(headAt(segment, seq).attributes)) count++;
  }
  return count;
}
