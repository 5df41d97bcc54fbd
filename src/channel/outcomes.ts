/**
 * What becomes of a delivery when an outcome arrives or a lease expires. The only place that decides it:
 *
 *   delivered (first one wins, even late)    ──▶ settled, its reply appended or passed on
 *   delivered, its reply did not get through ──▶ the reply is kept and tried again; the subscriber is not
 *   failed, and a changed filter rejects it  ──▶ discarded
 *   failed, retriable, attempts left         ──▶ straggler, due after the back-off
 *   failed for good, event or reply          ──▶ the event to the dead letter sink, with the same retries ──▶ else parked
 */
import type { DeliveredOutcome, FailedOutcome, Settlement, Token } from "../core/channel-protocol.ts";
import { isRetriable } from "../core/is-retriable.ts";
import { attemptsAllowed, nextDelayMs } from "../core/retry.ts";
import { expiredEntry, type Note } from "./journal-entry.ts";
import { SLOW_ANSWER_MS } from "./limits.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { discardRejected } from "./rejected.ts";
import { answeredStraggler, becomeStraggler, parkStraggler, removeStraggler, settleEntry } from "./straggle.ts";
import { type LastFailure, purposeOf, type Straggler, stragglerRow } from "./straggler.ts";
import type { Lease, Subscription } from "./subscription.ts";
import { destinationOf } from "./targets.ts";

/** An outcome that counted. */
export interface Settled {
  /** What the journal says of it beside its status. */
  readonly note?: Note;
}

const PLAIN: Settled = {};
const REPLY_PASSED_ON: Settled = { note: "reply-passed-on" };
const NO_HOPS: Settled = { note: "no-hops" };

/** Applies one reported outcome; undefined when its token was not valid any more and nothing changed. */
export function settle(
  context: OutcomeContext,
  subscription: Subscription,
  settlement: Settlement,
): Settled | undefined {
  const { token, outcome } = settlement;
  if (token.epoch !== subscription.epoch) return undefined;
  noteSpeed(subscription, settlement.tookMs);
  return outcome.kind === "delivered"
    ? delivered(context, subscription, token, outcome)
    : failed(context, subscription, token, outcome);
}

function delivered(
  context: OutcomeContext,
  subscription: Subscription,
  token: Token,
  outcome: DeliveredOutcome,
): Settled | undefined {
  const straggler = subscription.stragglers.get(token.seq);
  switch (token.purpose) {
    case "deliver":
      // Its subscriber has answered another attempt: all that is missing is a reply that gets through.
      if (straggler?.holdsReply) return outcome.replied ? replyPassedOn(context, subscription, straggler) : undefined;
      return answered(context, subscription, token.seq, outcome);
    case "reply":
      return straggler?.holdsReply ? replyPassedOn(context, subscription, straggler, outcome) : undefined;
    case "dead-letter":
      if (straggler?.state !== "dead-lettering") return undefined;
      subscription.counters.deadLettered++;
      removeStraggler(context, subscription, straggler);
      return PLAIN;
    default:
      return token.purpose satisfies never;
  }
}

/** The subscriber took the event, and nobody has said so before. */
function answered(
  context: OutcomeContext,
  subscription: Subscription,
  seq: number,
  outcome: DeliveredOutcome,
): Settled | undefined {
  const straggler = subscription.stragglers.get(seq);
  const entry = subscription.window.get(seq);
  if (straggler === undefined && entry === undefined && !subscription.reading.isOpen(seq)) return undefined;
  const { counters, configuration } = subscription;
  subscription.leases.delete(seq);
  subscription.breaker.answered();
  if (outcome.unusableReply) counters.unusableReplies++;
  context.changes.positions.add(subscription.group);
  if (outcome.reply !== undefined && configuration.reply.kind === "target") {
    const { reply, replyFailure: failure } = outcome;
    keepReply(context, subscription, answeredStraggler(context, subscription, seq), { reply, failure });
    return { note: "reply-kept" };
  }
  if (straggler !== undefined) removeStraggler(context, subscription, straggler);
  if (entry !== undefined) settleEntry(subscription, entry);
  else subscription.reading.endOutside(seq);
  counters.delivered++;
  return replied(context, subscription, outcome);
}

/** What became of the reply of a delivery that has ended. */
function replied(context: OutcomeContext, subscription: Subscription, outcome: DeliveredOutcome): Settled {
  const { counters, configuration } = subscription;
  if (outcome.reply !== undefined && configuration.reply.kind === "channel-itself") {
    return { note: context.appendReply(subscription, outcome.reply) };
  }
  if (outcome.hopsExhausted) {
    counters.hopsExhausted++;
    return NO_HOPS;
  }
  if (outcome.replied) {
    counters.replies++;
    return REPLY_PASSED_ON;
  }
  if (configuration.reply.kind === "target") counters.withoutReply++;
  if (outcome.unusableReply) return { note: "unusable-reply" };
  return configuration.reply.kind === "target" ? { note: "no-reply" } : PLAIN;
}

/** The delivery goes on as its reply: the courier's own try, if it made one, was the first attempt. */
function keepReply(
  context: OutcomeContext,
  subscription: Subscription,
  straggler: Straggler,
  { reply, failure }: { readonly reply: Uint8Array; readonly failure: FailedOutcome | undefined },
): void {
  straggler.state = "replying";
  straggler.holdsReply = true;
  straggler.attempts = 0;
  straggler.dueAtMs = context.nowMs;
  straggler.failure = undefined;
  context.changes.putStraggler({ ...stragglerRow(straggler, false), reply }, { urgent: true });
  if (failure === undefined) {
    subscription.schedule(straggler);
    return;
  }
  straggler.attempts = 1;
  afterFailure(context, subscription, straggler, failure);
}

function replyPassedOn(
  context: OutcomeContext,
  subscription: Subscription,
  straggler: Straggler,
  outcome?: DeliveredOutcome,
): Settled {
  subscription.counters.delivered++;
  if (outcome?.hopsExhausted) subscription.counters.hopsExhausted++;
  else subscription.counters.replies++;
  removeStraggler(context, subscription, straggler);
  return outcome?.hopsExhausted ? NO_HOPS : REPLY_PASSED_ON;
}

function failed(
  context: OutcomeContext,
  subscription: Subscription,
  token: Token,
  outcome: FailedOutcome,
): Settled | undefined {
  const lease = subscription.leases.get(token.seq);
  // Of an earlier attempt: the one that is out has an outcome of its own.
  if (lease === undefined || lease.number !== token.lease) return undefined;
  endAttempt(context, subscription, lease, outcome);
  return PLAIN;
}

/** A lease that ran out is a failed attempt: the courier died, or its report was lost. */
export function expire(context: OutcomeContext, subscription: Subscription, lease: Lease): void {
  const { unit } = lease;
  const seq = unit.kind === "fresh" ? unit.entry.seq : unit.straggler.seq;
  context.changes.journal.push(expiredEntry(subscription, seq, lease, context.nowMs));
  const reason = `no outcome reported within ${lease.expiresAtMs - lease.leasedAtMs} ms`;
  endAttempt(context, subscription, lease, { kind: "failed", errorData: btoa(reason), reason });
}

function endAttempt(context: OutcomeContext, subscription: Subscription, lease: Lease, outcome: FailedOutcome): void {
  const straggler = becomeStraggler(context, subscription, lease);
  subscription.leases.delete(straggler.seq);
  if (lease.purpose === "deliver") {
    if (isRetriable(outcome.status)) subscription.breaker.failed(context.nowMs);
    else subscription.breaker.answered();
  }
  straggler.attempts = lease.attempt;
  if (!straggler.isRejected || straggler.holdsReply) {
    afterFailure(context, subscription, straggler, outcome);
    return;
  }
  subscription.counters.failedAttempts++;
  discardRejected(context, subscription, straggler);
}

/** Another attempt, the dead letter sink, or a person: what follows the straggler's attempt that has just failed. */
function afterFailure(
  context: OutcomeContext,
  subscription: Subscription,
  straggler: Straggler,
  outcome: FailedOutcome,
): void {
  const { changes, nowMs } = context;
  subscription.counters.failedAttempts++;
  changes.positions.add(subscription.group);
  const policy = subscription.configuration.delivery;
  const isDeadLetter = straggler.state === "dead-lettering";
  if (!isDeadLetter) straggler.failure = lastFailure(subscription, straggler, outcome, nowMs);
  if (isRetriable(outcome.status) && straggler.attempts < attemptsAllowed(policy)) {
    straggler.dueAtMs = nowMs + nextDelayMs(policy, straggler.attempts, outcome, context.random);
  } else if (!isDeadLetter && policy.deadLetterSink !== undefined) {
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

function lastFailure(
  subscription: Subscription,
  straggler: Straggler,
  outcome: FailedOutcome,
  nowMs: number,
): LastFailure {
  return {
    destination: destinationOf(subscription.configuration, purposeOf(straggler.state)).url,
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
