/** What the ledger knows of one subscription, told by what was reported and stored, never by the channel's memory. */
import type { Route, SubscriptionConfiguration, Token } from "../../src/core/channel-protocol.ts";
import { passesNaively } from "../kit/naive-filter.ts";
import { isBroken } from "./broken-filters.ts";
import type { Attributes } from "./encoded-event.ts";

export interface End {
  readonly kind: "delivered" | "dead-lettered" | "parked" | "discarded";
  /** Id of the reply that the delivery was answered with. */
  readonly reply?: string;
  readonly atMs: number;
}

/** One reading of the log: from the subscription's creation, or its last replay, on. */
export interface Reading {
  readonly epoch: number;
  /** Where it begins; beyond everything until storage says where. */
  readonly start: number;
  readonly ended: Map<number, End>;
  /** Answered, and the channel keeps the reply until it gets through: event -> id of the reply. */
  readonly answered: Map<number, string>;
}

export interface Account {
  configuration: SubscriptionConfiguration;
  readonly readings: Map<number, Reading>;
  /** People may have skipped what is below this: it was discarded, and what was out of it then may count or not. */
  skippedTo: number;
  /** The reading that it was skipped in: a later one gives all that again. */
  skippedIn: number;
  /** People's calls for that which have not been answered: where they skip to, at most. */
  readonly skips: Set<{ readonly to: number }>;
  /** Events up to here were there when it last became ordered. */
  reorderedAt: number;
  /** Events up to here were there when its dead letters were last sent elsewhere. */
  sinkMovedAt: number;
  /**
   * Events that were there when its filter changed, and that only one of the two filters passes: it may have had them before
   * or not, and get them after it or not. To those that both pass a change of the filter is none. Event -> epoch of the reading
   * that it concerns: a later one begins anew, by the filter of now.
   */
  readonly doubtful: Map<number, number>;
  /** Its counters count some events more than once. */
  isReplayed: boolean;
  /** A sink's late word may have ended them: only the channel's memory knows whether they were meant for it just then. */
  readonly uncertain: Set<number>;
  /** Of parked deliveries: a person asked for these to be tried again, and they have not been given out since. */
  readonly redrivable: Set<number>;
  /** People's calls for that which have not been answered: for all that is parked when the channel comes to them, or for some. */
  readonly redrives: Set<{ readonly isForAll: boolean }>;
  /** Taken back from the parked ones, out of any order. */
  readonly redriven: Set<number>;
}

/** A delivery that a channel has given to a courier. */
export interface Out {
  readonly token: Token;
  readonly leasedAtMs: number;
  /** Before this the channel may not give it to another courier unless it hears of it. */
  readonly expiresAtMs: number;
}

/** A lease outlives its delivery's timeouts by this, milliseconds. */
const LEASE_MARGIN_MS = 10_000;

export function newAccount(configuration: SubscriptionConfiguration): Account {
  return {
    configuration,
    readings: new Map(),
    skippedTo: 0,
    skippedIn: 0,
    skips: new Set(),
    reorderedAt: 0,
    sinkMovedAt: 0,
    doubtful: new Map(),
    isReplayed: false,
    uncertain: new Set(),
    redrivable: new Set(),
    redrives: new Set(),
    redriven: new Set(),
  };
}

/** Who passes a reply on has the timeout twice. */
export function outOf(token: Token, { timeoutMs, replyTo }: Route, nowMs: number): Out {
  const timeouts = replyTo === undefined ? 1 : 2;
  return { token, leasedAtMs: nowMs, expiresAtMs: nowMs + timeouts * timeoutMs + LEASE_MARGIN_MS };
}

export function newReading(epoch: number, start: number): Reading {
  return { epoch, start, ended: new Map(), answered: new Map() };
}

export function nameOf({ subscription, epoch, seq }: Pick<Token, "subscription" | "epoch" | "seq">): string {
  return `${subscription} ${epoch} ${seq}`;
}

/** One attempt of one delivery, as its lease names it. */
export function attemptName(token: Token): string {
  return `${nameOf(token)} ${token.purpose} ${token.attempt} ${token.lease}`;
}

/** Storage says where a reading begins: what lies ahead of it comes again by itself, redriven before or not. */
export function beginReading(account: Account, epoch: number, start: number): void {
  const { readings, redriven, redrivable } = account;
  const known = readings.get(epoch);
  if (known !== undefined && Number.isFinite(known.start)) return;
  if (known === undefined && readings.size > 0) account.isReplayed = true;
  readings.set(epoch, { ...(known ?? newReading(epoch, start)), start });
  for (const seqs of [redriven, redrivable]) for (const seq of seqs) if (seq >= start) seqs.delete(seq);
}

/** Another configuration of it, when these events were there. Pauses, limits and policies excuse nothing. */
export function reconfigure(
  account: Account,
  configuration: SubscriptionConfiguration,
  events: ReadonlyMap<number, { readonly seq: number; readonly attributes: Attributes }>,
): void {
  const before = account.configuration;
  account.configuration = configuration;
  const newest = Math.max(0, ...events.keys());
  if (before.ordering !== "ordered" && configuration.ordering === "ordered") account.reorderedAt = newest;
  if (differ(before.delivery.deadLetterSink, configuration.delivery.deadLetterSink)) account.sinkMovedAt = newest;
  if (!differ(before.filter, configuration.filter)) return;
  const epoch = Math.max(...account.readings.keys());
  for (const { seq, attributes } of events.values()) {
    if (!wants(before, attributes) || !wants(configuration, attributes)) account.doubtful.set(seq, epoch);
  }
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** Whether people had a hand in whether it gets this event in this reading. */
export function isExcused(account: Account, { epoch, seq }: Pick<Token, "epoch" | "seq">): boolean {
  return isSkipped(account, { epoch, seq }) || isDoubtful(account, { epoch, seq });
}

export function isSkipped({ skippedTo, skippedIn }: Account, { epoch, seq }: Pick<Token, "epoch" | "seq">): boolean {
  return seq < skippedTo && epoch <= skippedIn;
}

/** A person has skipped what is below this. */
export function skip(account: Account, to: number): void {
  account.skippedTo = Math.max(account.skippedTo, to);
  account.skippedIn = Math.max(0, ...account.readings.keys());
}

/** Whether a changed filter had. */
export function isDoubtful({ doubtful }: Account, { epoch, seq }: Pick<Token, "epoch" | "seq">): boolean {
  return (doubtful.get(seq) ?? Number.NEGATIVE_INFINITY) >= epoch;
}

/** Whether the subscription wants the event, by the words of its filter. */
export function wants({ filter }: SubscriptionConfiguration, attributes: Attributes): boolean {
  return !isBroken(filter) && passesNaively(filter, attributes);
}

export function orderingKey(attributes: Attributes): string {
  return String(attributes.partitionkey ?? attributes.subject ?? "");
}
