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
  start: number;
  readonly ended: Map<number, End>;
  /** Answered, and the channel keeps the reply until it gets through: event -> id of the reply. */
  readonly answered: Map<number, string>;
}

export interface Account {
  configuration: SubscriptionConfiguration;
  readonly readings: Map<number, Reading>;
  /** Events up to here were there when people last changed what it gets, or the order it gets it in. */
  disturbedAt: number;
  /** Up to here people skipped or replayed it, or sent its replies elsewhere: what was out then may count or not. */
  movedAt: number;
  /** A changed filter or a replay: its counters do not add up to its events. */
  isUncountable: boolean;
  /** A person asked for its parked deliveries to be tried again. */
  mayRedrive: boolean;
  /** A sink's late word may have ended them: only the channel's memory knows whether they were meant for it just then. */
  readonly uncertain: Set<number>;
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
    disturbedAt: 0,
    movedAt: 0,
    isUncountable: false,
    mayRedrive: false,
    uncertain: new Set(),
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
  return `${nameOf(token)} ${token.purpose} ${token.attempt} ${token.instance}`;
}

/** Whether the subscription wants the event, by the words of its filter. */
export function wants({ filter }: SubscriptionConfiguration, attributes: Attributes): boolean {
  return !isBroken(filter) && passesNaively(filter, attributes);
}

export function orderingKey(attributes: Attributes): string {
  return String(attributes.partitionkey ?? attributes.subject ?? "");
}
