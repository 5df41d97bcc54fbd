/**
 * What became of one event for one subscription. What is under way is told from memory, what is parked from its row, and what
 * has ended from the journal, which a crash may have cost its last second and which goes with the log.
 */
import type { Rejection } from "../core/filters/clause.ts";
import { checkFilter } from "../core/filters/filter.ts";
import { positionText } from "../core/positions.ts";
import type { TracedAttempt, TracedDelivery, TracedFailure, TracedState } from "../core/trace.ts";
import { isTaken, type Note, type Recorded } from "./journal-entry.ts";
import { sentOn } from "./sent-on.ts";
import type { LastFailure } from "./straggler.ts";
import type { StragglerSummary } from "./straggler-table.ts";
import type { Lease, Subscription } from "./subscription.ts";

/** Attempts that are shown of one delivery, the newest: retries may be many. */
const MOST_ATTEMPTS = 50;
/** Clauses that are shown of a filter with alternatives, any of which would do. */
const MOST_REJECTIONS = 20;

export interface Evidence {
  /** The channel's name. */
  readonly channel: string;
  /** By the filter of today; empty when it passes. */
  readonly rejections: readonly Rejection[];
  /** What the journal has of this event and subscription. */
  readonly entries: readonly Recorded[];
  readonly parked: StragglerSummary | undefined;
}

export function tracedDelivery(subscription: Subscription, seq: number, evidence: Evidence): TracedDelivery {
  const { rejections, entries } = evidence;
  const passes = rejections.length === 0;
  const state = stateOf(subscription, seq, evidence);
  const attempts = entries.filter(({ purpose }) => purpose !== "discard" && purpose !== "skip");
  const earlier = attempts.length - MOST_ATTEMPTS;
  return {
    subscription: subscription.uid,
    name: subscription.configuration.name,
    subscriber: subscription.configuration.subscriber.url,
    filter: { passes, ...(passes ? {} : { rejectedBy: rejections.slice(0, MOST_REJECTIONS) }) },
    ...state,
    ...(earlier > 0 ? { earlierAttempts: earlier } : {}),
    attempts: attempts.slice(-MOST_ATTEMPTS).map(attemptOf),
    sent: state.state === "rejected" ? [] : sentOn(subscription, seq, evidence),
  };
}

function stateOf(subscription: Subscription, seq: number, evidence: Evidence): TracedState {
  const { parked, entries, rejections } = evidence;
  const straggler = subscription.stragglers.get(seq);
  const lease = subscription.leases.get(seq);
  if (lease !== undefined) return { ...leased(lease), ...failureOf(straggler?.failure) };
  if (straggler !== undefined) {
    return { state: straggler.state, nextAt: timeText(straggler.dueAtMs), ...failureOf(straggler.failure) };
  }
  if (parked !== undefined) {
    return { state: "parked", expiresAt: timeText(parked.due_at), ...failureOf(JSON.parse(parked.outcome)) };
  }
  // A filter that cannot be used has not rejected it yet: it waits for one that can.
  const mayPass = rejections.length === 0 || checkFilter(subscription.configuration.filter) !== undefined;
  const isUnread = mayPass && subscription.reading.isAhead(seq);
  if (subscription.window.get(seq) !== undefined || isUnread) {
    return { state: "waiting", ...(subscription.configuration.paused ? { paused: true } : {}) };
  }
  const end = entries.map(endOf).findLast((state) => state !== undefined) ?? skippedBy(entries);
  if (end !== undefined) return end;
  if (rejections.length > 0) return { state: "rejected" };
  const because = "the journal does not tell: it lost its last second in a crash, or the subscription began later";
  return { state: "unknown", because };
}

function leased({ purpose, attempt, leasedAtMs }: Lease) {
  return { state: "leased", purpose, attempt, since: timeText(leasedAtMs) } as const;
}

/** How the delivery ended, if this ended it; a later entry knows better. */
function endOf(entry: Recorded): TracedState | undefined {
  if (isTaken(entry, "deliver") || isTaken(entry, "reply")) return { state: "delivered" };
  if (isTaken(entry, "dead-letter")) return { state: "dead-lettered" };
  if (entry.purpose !== "discard") return undefined;
  return { state: "discarded", because: typeof entry.note === "string" ? entry.note : entry.purpose };
}

/** A skip passes over what was delivered too: it counts where nothing else is known. */
function skippedBy(entries: readonly Recorded[]): TracedState | undefined {
  return entries.some(({ purpose }) => purpose === "skip") ? { state: "discarded", because: "skipped" } : undefined;
}

function attemptOf({ purpose, attempt, status, tookMs, atMs, note }: Recorded): TracedAttempt {
  const noted = note === undefined ? {} : { note: noteText(note) };
  return { purpose, attempt, status, tookMs, at: timeText(atMs), ...noted };
}

function noteText(note: Note): string {
  if (typeof note === "string") return note;
  return note.seq === null ? "reply-appended" : `reply-appended at ${positionText(note.seq)}`;
}

/** Without the receiver's answer, which may repeat the event. */
function failureOf(failure: LastFailure | null | undefined): { readonly lastFailure?: TracedFailure } {
  if (failure == null) return {};
  const { destination, status, reason, atMs } = failure;
  return { lastFailure: { destination, ...(status === undefined ? {} : { status }), reason, at: timeText(atMs) } };
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}
