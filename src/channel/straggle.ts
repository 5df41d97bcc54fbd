/** How a delivery leaves the window for a row of its own, and how either ends: bookkeeping, without decisions. */
import type { OutcomeContext } from "./outcome-context.ts";
import { type Straggler, stragglerRow } from "./straggler.ts";
import type { Lease, Subscription } from "./subscription.ts";
import type { Entry } from "./window.ts";

/** The straggler of a lease; a fresh event that failed becomes one now and leaves the window. */
export function becomeStraggler(context: OutcomeContext, subscription: Subscription, lease: Lease): Straggler {
  if (lease.unit.kind === "straggler") return lease.unit.straggler;
  const { entry } = lease.unit;
  // Out since before its subscription became ordered, it has no key yet.
  const orderingKey = entry.orderingKey ?? context.orderingKey(subscription, entry.seq);
  const straggler = newStraggler(context, subscription, { seq: entry.seq, orderingKey });
  straggler.attempts = lease.attempt;
  if (subscription.window.get(entry.seq) === entry) subscription.window.settle(entry);
  else subscription.reading.endOutside(entry.seq);
  return straggler;
}

/** The same lease, as that of a delivery with a row of its own from now on. */
export function asStraggler(context: OutcomeContext, subscription: Subscription, lease: Lease) {
  const straggler = becomeStraggler(context, subscription, lease);
  const unit = { kind: "straggler", straggler } as const;
  subscription.leases.set(straggler.seq, { ...lease, unit });
  context.changes.putStraggler(stragglerRow(straggler, true), { urgent: false });
  context.changes.positions.add(subscription.group);
  return { ...lease, unit };
}

/** The straggler of an event that was answered, whether it is out, waits, or the scan has not come to it. */
export function answeredStraggler(context: OutcomeContext, subscription: Subscription, seq: number): Straggler {
  const known = subscription.stragglers.get(seq);
  if (known !== undefined) return known;
  const entry = subscription.window.get(seq);
  const orderingKey = entry === undefined ? context.orderingKey(subscription, seq) : entry.orderingKey;
  const straggler = newStraggler(context, subscription, { seq, orderingKey });
  if (entry !== undefined) subscription.window.settle(entry);
  else subscription.reading.endOutside(seq);
  return straggler;
}

function newStraggler(
  context: OutcomeContext,
  subscription: Subscription,
  { seq, orderingKey }: Pick<Entry, "seq" | "orderingKey">,
): Straggler {
  const straggler: Straggler = {
    id: context.nextStragglerId(),
    subscription: subscription.uid,
    seq,
    orderingKey,
    state: "retrying",
    attempts: 0,
    dueAtMs: context.nowMs,
    failure: undefined,
    holdsReply: false,
    isRejected: false,
    isCopied: false,
  };
  subscription.stragglers.set(seq, straggler);
  if (orderingKey !== undefined) subscription.ready.hold(orderingKey, seq);
  return straggler;
}

/** Takes a delivery out of the automatic course, for a person to redrive or discard. */
export function parkStraggler(context: OutcomeContext, subscription: Subscription, straggler: Straggler): void {
  subscription.counters.parked++;
  subscription.stragglers.delete(straggler.seq);
  subscription.leases.delete(straggler.seq);
  context.park(subscription, straggler);
  if (straggler.orderingKey !== undefined) subscription.ready.release(straggler.orderingKey, straggler.seq);
  context.changes.positions.add(subscription.group);
  context.changes.urgent = true;
}

export function settleEntry(subscription: Subscription, entry: Entry): void {
  // A pending entry still stands in the ready queue, which lets go of its key when it comes up.
  const held = entry.state === "leased" ? entry.orderingKey : undefined;
  subscription.window.settle(entry);
  if (held !== undefined) subscription.ready.release(held, entry.seq);
}

export function removeStraggler(context: OutcomeContext, subscription: Subscription, straggler: Straggler): void {
  subscription.stragglers.delete(straggler.seq);
  subscription.leases.delete(straggler.seq);
  context.changes.deleteStraggler(straggler.id);
  context.changes.positions.add(subscription.group);
  if (straggler.orderingKey !== undefined) subscription.ready.release(straggler.orderingKey, straggler.seq);
}
