/**
 * One line of the journal: what came of an attempt, or an act that ended a delivery. People read it in traces, and nothing
 * depends on it: what a crash took is missing, what retention took is gone. Members are only ever added at the end.
 */
import type { Purpose, Settlement } from "../core/channel-protocol.ts";
import type { Lease, Subscription } from "./subscription.ts";

export type JournalEntry = readonly [
  subscription: string,
  /** Of a `skip`, the first event that it did not pass over. */
  seq: number,
  /** Of a `skip`, the first event that it passed over. */
  attempt: number,
  /** A `Purpose`, or `discard` or `skip`. */
  purpose: string,
  status: number | null,
  tookMs: number,
  atMs: number,
  epoch?: number,
  note?: Note,
];

/** What an attempt or act led to, where its status does not say it. */
export type Note =
  /** Its lease ran out. */
  | "expired"
  | "reply-passed-on"
  /** It could not be passed on, and the channel keeps it. */
  | "reply-kept"
  /** One was to be passed on, and none came: the flow ends there. */
  | "no-reply"
  | "unusable-reply"
  /** The event or the reply was dropped. */
  | "no-hops"
  | "by-hand"
  | "parked-too-long"
  | "filter-changed"
  | ReplyPlace;

/** Where a reply is in the log of its channel: known once the commit has placed it, before it writes the journal. */
export interface ReplyPlace {
  seq: number | null;
}

export function settledEntry(
  { token, outcome, tookMs }: Settlement,
  atMs: number,
  note: Note | undefined,
): JournalEntry {
  const { subscription, seq, attempt, purpose, epoch } = token;
  const status = outcome.status ?? null;
  if (note === undefined) return [subscription, seq, attempt, purpose, status, tookMs, atMs, epoch];
  return [subscription, seq, attempt, purpose, status, tookMs, atMs, epoch, note];
}

export function expiredEntry(subscription: Subscription, seq: number, lease: Lease, atMs: number): JournalEntry {
  const { attempt, purpose, leasedAtMs } = lease;
  const tookMs = Math.max(0, atMs - leasedAtMs);
  return [subscription.uid, seq, attempt, purpose, null, tookMs, atMs, subscription.epoch, "expired"];
}

/** A delivery that ended without being delivered. */
export function discardedEntry(
  subscription: Subscription,
  seq: number,
  { atMs, note }: { readonly atMs: number; readonly note: Note },
): JournalEntry {
  return [subscription.uid, seq, 0, "discard", null, 0, atMs, subscription.epoch, note];
}

/** Everything from `from` on and before `to` that was not settled. */
export function skippedEntry(
  subscription: Subscription,
  { from, to, atMs }: { readonly from: number; readonly to: number; readonly atMs: number },
): JournalEntry {
  return [subscription.uid, to, from, "skip", null, 0, atMs, subscription.epoch, "by-hand"];
}

/** An entry as it is read, by the names of its members. */
export interface Recorded {
  readonly subscription: string;
  readonly seq: number;
  readonly attempt: number;
  readonly purpose: string;
  readonly status: number | null;
  readonly tookMs: number;
  readonly atMs: number;
  /** Entries of earlier versions have none. */
  readonly epoch: number | undefined;
  readonly note: Note | undefined;
}

export function recordedBy(entry: JournalEntry): Recorded {
  const [subscription, seq, attempt, purpose, status, tookMs, atMs, epoch, note] = entry;
  return { subscription, seq, attempt, purpose, status, tookMs, atMs, epoch, note };
}

/** Whether an attempt of this purpose was taken by its receiver: only answers with 2xx count as delivered. */
export function isTaken({ purpose, status }: Recorded, wanted: Purpose): boolean {
  return purpose === wanted && status !== null && status >= 200 && status < 300;
}
