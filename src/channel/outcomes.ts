/**
 * What becomes of a delivery when an outcome arrives or a lease expires. The only place that decides it:
 *
 *   delivered (first one wins, even late) ──▶ settled, its reply appended
 *   failed, retriable, attempts left      ──▶ straggler, due after the back-off
 *   failed for good                       ──▶ dead letter sink, with the same retries ──▶ else parked
 */
import type { Outcome, Settlement, Token } from "../core/channel-protocol.ts";
import { isRetriable } from "../core/classify.ts";
import { attemptsAllowed, nextDelayMs } from "../core/retry.ts";
import type { Changes } from "./changes.ts";
import { SLOW_ANSWER_MS } from "./limits.ts";
import { type LastFailure, type Straggler, stragglerRow } from "./straggler.ts";
import type { Lease, Subscription } from "./subscription.ts";
import type { Entry } from "./window.ts";

export interface OutcomeContext {
  readonly changes: Changes;
  readonly nowMs: number;
  /** Mark of this instance's leases. */
  readonly instance: number;
  readonly random: () => number;
  readonly nextStragglerId: () => number;
  /** Writes the parked row with a copy of the event. */
  readonly park: (subscription: Subscription, straggler: Straggler) => void;
  /** Appends a reply in the commit that settles. */
  readonly appendReply: (subscription: Subscription, reply: Uint8Array) => void;
}

type Failed = Extract<Outcome, { kind: "failed" }>;

/** Applies one reported outcome; false when its token was not valid any more and nothing changed. */
export function settle(context: OutcomeContext, subscription: Subscription, settlement: Settlement): boolean {
  const { token, outcome } = settlement;
  if (token.epoch !== subscription.epoch) return false;
  noteSpeed(subscription, settlement.tookMs);
  return outcome.kind === "delivered"
    ? delivered(context, subscription, token, outcome)
    : failed(context, subscription, token, outcome);
}

function delivered(
  context: OutcomeContext,
  subscription: Subscription,
  token: Token,
  outcome: Extract<Outcome, { kind: "delivered" }>,
): boolean {
  const straggler = subscription.stragglers.get(token.seq);
  const entry = subscription.window.get(token.seq);
  if (token.purpose === "dead-letter") {
    if (straggler?.state !== "dead-lettering") return false;
    subscription.counters.deadLettered++;
    removeStraggler(context, subscription, straggler);
    return true;
  }
  if (straggler !== undefined) removeStraggler(context, subscription, straggler);
  else if (entry !== undefined) settleEntry(subscription, entry);
  else if (!subscription.isAhead(token.seq)) return false;
  else subscription.settledAhead.add(token.seq);
  subscription.leases.delete(token.seq);

  subscription.breaker.answered();
  subscription.counters.delivered++;
  if (outcome.hopsExhausted) subscription.counters.hopsExhausted++;
  if (outcome.unusableReply) subscription.counters.unusableReplies++;
  if (outcome.reply !== undefined && subscription.configuration.reply.kind === "channel-itself") {
    context.appendReply(subscription, outcome.reply);
  }
  context.changes.positions.add(subscription.group);
  return true;
}

function failed(context: OutcomeContext, subscription: Subscription, token: Token, outcome: Failed): boolean {
  const lease = subscription.leases.get(token.seq);
  if (lease === undefined || lease.attempt !== token.attempt || lease.purpose !== token.purpose) return false;
  // The attempt of the same number from before a restart.
  if (token.instance !== undefined && token.instance !== context.instance) return false;
  endAttempt(context, subscription, lease, outcome);
  return true;
}

/** A lease that ran out is a failed attempt: the courier died, or its report was lost. */
export function expire(context: OutcomeContext, subscription: Subscription, lease: Lease): void {
  const reason = `no outcome reported within ${lease.expiresAtMs - lease.leasedAtMs} ms`;
  endAttempt(context, subscription, lease, { kind: "failed", errorData: btoa(reason), reason });
}

function endAttempt(context: OutcomeContext, subscription: Subscription, lease: Lease, outcome: Failed): void {
  const { changes, nowMs } = context;
  const straggler = becomeStraggler(context, subscription, lease);
  subscription.leases.delete(straggler.seq);
  subscription.counters.failedAttempts++;
  changes.positions.add(subscription.group);

  const policy = subscription.configuration.delivery;
  const retriable = isRetriable(outcome.status);
  if (lease.purpose === "deliver") {
    if (retriable) subscription.breaker.failed(nowMs);
    else subscription.breaker.answered();
  }
  straggler.attempts = lease.attempt;
  if (lease.purpose === "deliver") straggler.failure = lastFailure(subscription, outcome, nowMs);
  if (retriable && lease.attempt < attemptsAllowed(policy)) {
    straggler.dueAtMs = nowMs + nextDelayMs(policy, lease.attempt, outcome, context.random);
  } else if (lease.purpose === "deliver" && policy.deadLetterSink !== undefined) {
    straggler.state = "dead-lettering";
    straggler.attempts = 0;
    straggler.dueAtMs = nowMs;
  } else {
    parkStraggler(context, subscription, straggler);
    return;
  }
  subscription.schedule(straggler);
  changes.putStraggler(stragglerRow(straggler, false), { urgent: true });
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

/** The straggler of a lease; a fresh event that failed becomes one now and leaves the window. */
export function becomeStraggler(context: OutcomeContext, subscription: Subscription, lease: Lease): Straggler {
  if (lease.unit.kind === "straggler") return lease.unit.straggler;
  const { entry } = lease.unit;
  const straggler: Straggler = {
    id: context.nextStragglerId(),
    subscription: subscription.uid,
    seq: entry.seq,
    orderingKey: entry.orderingKey,
    state: "retrying",
    attempts: lease.attempt,
    dueAtMs: context.nowMs,
    failure: undefined,
    isCopied: false,
  };
  subscription.stragglers.set(entry.seq, straggler);
  if (entry.orderingKey !== undefined) subscription.ready.hold(entry.orderingKey, entry.seq);
  if (subscription.window.get(entry.seq) === entry) subscription.window.settle(entry);
  else if (subscription.isAhead(entry.seq)) subscription.settledAhead.add(entry.seq);
  return straggler;
}

function settleEntry(subscription: Subscription, entry: Entry): void {
  // A pending entry still stands in the ready queue, which lets go of its key when it comes up.
  const held = entry.state === "leased" ? entry.orderingKey : undefined;
  subscription.window.settle(entry);
  if (held !== undefined) subscription.ready.release(held, entry.seq);
}

function removeStraggler(context: OutcomeContext, subscription: Subscription, straggler: Straggler): void {
  subscription.stragglers.delete(straggler.seq);
  subscription.leases.delete(straggler.seq);
  context.changes.deleteStraggler(straggler.id);
  context.changes.positions.add(subscription.group);
  if (straggler.orderingKey !== undefined) subscription.ready.release(straggler.orderingKey, straggler.seq);
}

function lastFailure(subscription: Subscription, outcome: Failed, nowMs: number): LastFailure {
  return {
    destination: subscription.configuration.subscriber.url,
    ...(outcome.status === undefined ? {} : { status: outcome.status }),
    errorData: outcome.errorData,
    reason: outcome.reason,
    atMs: nowMs,
  };
}

/** Slow subscriptions get a lane of their own; see lanes.ts. */
function noteSpeed(subscription: Subscription, tookMs: number): void {
  // One that does not answer is slow, however short its timeout.
  if (tookMs > SLOW_ANSWER_MS || tookMs >= subscription.configuration.delivery.timeoutMs) {
    subscription.isSlow = true;
    subscription.fastAnswers = 0;
  } else {
    subscription.fastAnswers++;
  }
}
