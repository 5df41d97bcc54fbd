/**
 * One subscription of a channel: what it has matched, what is out, what failed. Everything is in memory and bounded;
 * a restart builds it again from its position, its stragglers and the log.
 */

import type { Purpose, SubscriptionConfiguration } from "../core/channel-protocol.ts";
import type { EventHead } from "../core/event.ts";
import { compileFilter, type Filter } from "../core/filters/filter.ts";
import { Breaker } from "./breaker.ts";
import { type Counters, noCounts } from "./counters.ts";
import type { Range } from "./done-ranges.ts";
import { ACTIVE_STRAGGLERS } from "./limits.ts";
import { orderingKeyOf } from "./ordering-key.ts";
import { type RateLimit, rateLimitOf } from "./rate-limit.ts";
import { Reading } from "./reading.ts";
import { type ReadyQueue, readyQueue } from "./ready-queue.ts";
import type { Straggler } from "./straggler.ts";
import { StragglerQueues } from "./straggler-queues.ts";
import type { Entry, Window } from "./window.ts";

/** What can be leased: an event for the first time, or a straggler. */
export type Unit =
  | { readonly kind: "fresh"; readonly entry: Entry }
  | { readonly kind: "straggler"; readonly straggler: Straggler };

export interface Lease {
  readonly unit: Unit;
  /** No other lease of the channel has it. */
  readonly number: number;
  readonly attempt: number;
  readonly purpose: Purpose;
  readonly leasedAtMs: number;
  readonly expiresAtMs: number;
  readonly lane: string;
}

/** Where a subscription stands, as it is stored. */
export interface Position {
  readonly epoch: number;
  /** Oldest unsettled event, or null: everything up to the group's scanned position is settled. */
  readonly next: number | null;
  readonly done: readonly Range[];
  /** Newest event that was out: after a crash those up to here have had an attempt. */
  readonly leased: number;
  readonly counters: Counters;
}

export class Subscription {
  readonly uid: string;
  readonly group: number;
  readonly reading: Reading;
  /** Active stragglers by event. */
  readonly stragglers = new Map<number, Straggler>();
  /** Those that wait for their time. */
  readonly #queues = new StragglerQueues(
    (each) => this.stragglers.get(each.seq) === each && !this.leases.has(each.seq),
  );
  /** Deliveries that are out, by event. */
  readonly leases = new Map<number, Lease>();
  ready: ReadyQueue;
  configuration: SubscriptionConfiguration;
  filter: Filter;
  breaker: Breaker;
  rate: RateLimit | undefined;
  counters: Counters;
  epoch: number;
  newestLeased: number;
  /** Slow answers give it a lane of its own. */
  isSlow = false;
  fastAnswers = 0;
  #outAtCrash: number;
  #stragglerWasLast = false;

  constructor(configuration: SubscriptionConfiguration, group: number, position: Position, scanned: number) {
    this.uid = configuration.uid;
    this.group = group;
    this.configuration = configuration;
    this.filter = compileFilter(configuration.filter);
    this.breaker = new Breaker(configuration.breakerFailures);
    this.rate = rateLimitOf(configuration.ratePerSecond);
    this.ready = readyQueue(configuration.ordering);
    this.epoch = position.epoch;
    this.counters = { ...noCounts(), ...position.counters };
    this.reading = new Reading(position.next ?? scanned, position.done);
    this.newestLeased = position.leased;
    this.#outAtCrash = position.leased;
  }

  get window(): Window {
    return this.reading.window;
  }

  /** The position to store. */
  position(): Position {
    return {
      epoch: this.epoch,
      next: this.reading.floor ?? null,
      done: this.reading.done,
      leased: this.newestLeased,
      counters: this.counters,
    };
  }

  /** Everything below is settled or a straggler of its own; `head` is the log's. */
  floor(head: number): number {
    return this.reading.floor ?? head;
  }

  /** The oldest event that the log must keep for it. */
  oldestNeeded(head: number): number {
    let oldest = this.floor(head);
    for (const straggler of this.stragglers.values()) if (!straggler.isCopied) oldest = Math.min(oldest, straggler.seq);
    return oldest;
  }

  /** Unsettled work that is known. */
  get hasWork(): boolean {
    if (this.configuration.paused) return false;
    return this.window.size > 0 || this.stragglers.size > 0 || !this.reading.caughtUp;
  }

  configure(configuration: SubscriptionConfiguration, head: number): void {
    const before = this.configuration;
    this.configuration = configuration;
    // Nothing is matched for it meanwhile: it reads on from here.
    if (configuration.paused && this.reading.caughtUp) this.reading.leaveOffAt(head);
    if (before.breakerFailures !== configuration.breakerFailures)
      this.breaker = new Breaker(configuration.breakerFailures);
    if (before.ratePerSecond !== configuration.ratePerSecond) this.rate = rateLimitOf(configuration.ratePerSecond);
    const filterChanged = JSON.stringify(before.filter) !== JSON.stringify(configuration.filter);
    if (filterChanged || before.ordering !== configuration.ordering) {
      // Matches again what has not ended; what is out stays out and is found again by the scan.
      this.reading.rewind(head);
      this.#restart();
    }
    if (filterChanged) this.filter = compileFilter(configuration.filter);
  }

  /** Reads on from `seq` as if nothing above it had ever happened: a replay. */
  moveTo(seq: number, epoch: number): void {
    this.epoch = epoch;
    this.reading.beginAt(seq);
    this.#outAtCrash = 0;
    this.newestLeased = 0;
    this.leases.clear();
    this.breaker.abandoned();
    this.#restart();
  }

  #restart(): void {
    this.ready = readyQueue(this.configuration.ordering);
    this.#queues.clear();
    for (const straggler of this.stragglers.values()) {
      this.schedule(straggler);
      if (straggler.orderingKey !== undefined) this.ready.hold(straggler.orderingKey, straggler.seq);
    }
  }

  /** What is out does not matter any more, whatever is reported of it. */
  endLease(seq: number): void {
    if (this.leases.delete(seq)) this.breaker.abandoned();
  }

  addStraggler(straggler: Straggler): void {
    this.stragglers.set(straggler.seq, straggler);
    if (straggler.orderingKey !== undefined) this.ready.hold(straggler.orderingKey, straggler.seq);
    this.schedule(straggler);
  }

  /** Puts a straggler where it comes up at its due time. */
  schedule(straggler: Straggler): void {
    this.#queues.push(straggler);
  }

  /** A matching event; the caller has checked the filter. */
  add(seq: number, head: EventHead): void {
    const orderingKey = this.configuration.ordering === "ordered" ? orderingKeyOf(head) : undefined;
    const settled = this.stragglers.has(seq) || this.reading.hasEndedBefore(seq);
    const lease = this.leases.get(seq);
    const attempts = seq <= this.#outAtCrash ? 1 : 0;
    const entry: Entry = { seq, orderingKey, attempts, state: settled ? "done" : lease ? "leased" : "pending" };
    this.window.add(entry);
    if (settled) return;
    if (lease === undefined) {
      this.ready.push(entry);
    } else {
      this.leases.set(seq, { ...lease, unit: { kind: "fresh", entry } });
      this.ready.hold(orderingKey ?? "", seq);
    }
  }

  /** At the log's head nothing is left to scan. For a paused one nothing is matched: it reads on from there when it goes on. */
  catchUpAt(head: number): void {
    if (!this.configuration.paused && this.reading.scannedTo >= head) this.reading.caughtUp = true;
  }

  /** Whether a scan would find it something to do. */
  canScan(windowLimit: number): boolean {
    return !this.configuration.paused && !this.reading.caughtUp && this.ready.isEmpty && this.window.size < windowLimit;
  }

  /**
   * What may be leased now, fresh events and stragglers in turn; undefined when nothing may. What does not go to the
   * subscriber comes first, and nothing that protects the subscriber holds it up.
   */
  next(nowMs: number): Unit | undefined {
    if (this.configuration.paused) return undefined;
    const passedOn = this.#queues.due("dead-lettering", nowMs) ?? this.#queues.due("replying", nowMs);
    if (passedOn !== undefined) return { kind: "straggler", straggler: passedOn };
    if (this.#gateMs() > nowMs) return undefined;
    const retry = this.#queues.due("retrying", nowMs);
    const freshAllowed = !this.ready.isEmpty && this.stragglers.size < ACTIVE_STRAGGLERS;
    if (retry !== undefined && !(freshAllowed && this.#stragglerWasLast)) {
      this.#stragglerWasLast = true;
      return { kind: "straggler", straggler: retry };
    }
    this.#stragglerWasLast = false;
    if (!freshAllowed) return undefined;
    const entry = this.#shiftReady();
    return entry === undefined ? undefined : { kind: "fresh", entry };
  }

  #shiftReady(): Entry | undefined {
    for (let entry = this.ready.shift(); entry !== undefined; entry = this.ready.shift()) {
      if (entry.state === "pending") return entry;
      // Reported as delivered while it waited here: only now its key is free, unless its reply still holds it.
      const isHeld = this.stragglers.has(entry.seq);
      if (entry.orderingKey !== undefined && !isHeld) this.ready.release(entry.orderingKey, entry.seq);
    }
    return undefined;
  }

  /** When `next` may give something it does not give now: epoch milliseconds, Infinity if only an outcome or event can. */
  nextAtMs(): number {
    if (this.configuration.paused) return Number.POSITIVE_INFINITY;
    const passedOn = Math.min(this.#queues.dueAtMs("dead-lettering"), this.#queues.dueAtMs("replying"));
    const retry = this.#queues.dueAtMs("retrying");
    const fresh = this.ready.isEmpty || this.stragglers.size >= ACTIVE_STRAGGLERS ? Number.POSITIVE_INFINITY : 0;
    return Math.min(passedOn, Math.max(this.#gateMs(), Math.min(retry, fresh)));
  }

  lease(unit: Unit, lease: Lease): void {
    const seq = unit.kind === "fresh" ? unit.entry.seq : unit.straggler.seq;
    if (unit.kind === "fresh") {
      unit.entry.state = "leased";
      this.newestLeased = Math.max(this.newestLeased, seq);
    } else {
      this.#queues.pop(unit.straggler.state);
    }
    this.leases.set(seq, lease);
    if (lease.purpose === "deliver") {
      this.breaker.leased();
      this.rate?.leased(lease.leasedAtMs);
    }
  }

  /** Breaker, rate and concurrency: epoch milliseconds from which the subscriber may be called. */
  #gateMs(): number {
    const concurrency = this.configuration.maxConcurrency;
    if (concurrency !== undefined && this.leases.size >= concurrency) return Number.POSITIVE_INFINITY;
    return Math.max(this.breaker.nextAtMs(), this.rate?.nextAtMs() ?? 0);
  }
}
