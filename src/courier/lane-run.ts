/**
 * Serves one lane of a channel until nothing is left:
 *
 *   lease ──▶ requests in flight ──▶ outcomes ──▶ reported with the next lease
 *     ▲                                                 │
 *     └────────────────── while there is work ◀─────────┘
 *
 * One lease call for work is out at a time, and the channel may hold it open; outcomes that gather meanwhile are
 * reported by a second call. What a courier loses, the channel's leases bring back.
 */
import assert from "../core/assert.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { Delivery, LeaseAnswer, Outcome, Route, Settlement } from "../core/channel-protocol.ts";
import { within } from "../core/within.ts";
import type { FailureLog } from "./failure-log.ts";
import { LeasedEvents } from "./outgoing.ts";
import type { CourierPorts } from "./ports.ts";
import { Reports } from "./reports.ts";
import { type Means, send, unsendable, type Work } from "./send.ts";
import type { LaneSlots, Slots } from "./slots.ts";

/** With nothing in flight a run waits this long for more: a steady trickle costs no wake-up each, milliseconds. */
const LINGER_MS = 50;
/** With a backlog, a lease asks for the whole window, or so many: a call for each slot would cost as much as the deliveries. */
const REFILL = 32;
/** Slots that free up more slowly are not waited for, milliseconds: less than outcomes wait, so that the lease takes them along. */
const REFILL_MS = 4;
/** A lease call that is not answered this long after its hold has failed, milliseconds. */
const CALL_MS = 30_000;
/** What a delivery may take before any of the lane is known: the timeout where a spec names none, milliseconds. */
const USUAL_TIMEOUT_MS = 30_000;
/**
 * Requests of one run after which it leases no more: Cloudflare counts every request and call of an invocation, 10,000 at
 * most, and past that each one fails as if the subscriber had. What is out then, and its reports, are the rest. The
 * channel wakes the next courier at once.
 */
const REQUESTS_PER_RUN = 9_000;

/** What the lanes of a run share. */
export interface SharedRun extends Means {
  readonly slots: Slots;
  readonly failures: FailureLog;
  /** Made by this run so far. */
  readonly requests: () => number;
  /** The run should be over, its last requests answered or timed out; epoch milliseconds. */
  readonly untilMs: number;
}

export interface Assignment {
  readonly channel: ChannelName;
  readonly lane: string;
  /** Nothing is leased from then on, epoch milliseconds. */
  readonly leaveAtMs: () => number;
  /** Something was leased. */
  readonly leased: () => void;
}

export class LaneRun {
  readonly #ports: CourierPorts;
  readonly #run: SharedRun;
  readonly #assignment: Assignment;
  readonly #slots: LaneSlots;
  readonly #reports: Reports;
  /** Longest timeout of this lane's deliveries as far as they are known, milliseconds. */
  #longestTimeoutMs = USUAL_TIMEOUT_MS;
  #slotFreed: () => void = () => {};
  /** Called after each delivery while slots are gathered. */
  #refilled: () => void = () => {};
  /** The last lease brought all that it asked for. */
  #isBehind = false;
  /** Empty answers in a row: the hold grows with them, so that short work leaves nothing open for long behind it. */
  #emptyAnswers = 0;

  constructor(run: SharedRun, assignment: Assignment) {
    this.#ports = run.ports;
    this.#run = run;
    this.#assignment = assignment;
    this.#slots = run.slots.join();
    this.#reports = new Reports((settlements) => this.#report(settlements), run.ports);
  }

  /** Rejects when the channel could not be asked for work. */
  async run(): Promise<void> {
    let failure: unknown;
    try {
      while (await this.#round()) {}
    } catch (error) {
      failure = error;
    }
    this.#slots.hasWork = false;
    while (this.#slots.claimed > 0) await this.#freedSlot();
    this.#slots.leave();
    await this.#reports.drain();
    if (failure !== undefined) throw failure;
  }

  /** One lease and the start of what it brought; false when the run is over. */
  async #round(): Promise<boolean> {
    const { settings, now } = this.#ports;
    const { untilMs, requests, slots } = this.#run;
    // What does not fit any more is left to the channel, which wakes another courier for it.
    const leasableMs = Math.min(untilMs - this.#longestTimeoutMs, this.#assignment.leaveAtMs()) - now();
    if (leasableMs <= 0 || requests() >= REQUESTS_PER_RUN) return false;
    if (this.#reports.isFull) {
      await this.#reports.settled();
      // Nobody takes them: what is left is for the end of the run.
      return !this.#reports.isFull;
    }
    const capacity = this.#slots.free;
    if (capacity <= 0) {
      await slots.freed();
      return true;
    }
    const wanted = this.#isBehind ? Math.min(REFILL, this.#slots.share) : 1;
    if (capacity < wanted && this.#slots.claimed > 0) {
      // Once: what has not freed up by then is not waited for.
      this.#isBehind = false;
      await this.#freedSlots(wanted);
      return true;
    }
    const isHeld = settings.holdMs > 0;
    const patienceMs = this.#isStaying ? LINGER_MS * 2 ** Math.min(this.#emptyAnswers, 16) : LINGER_MS;
    const holdMs = Math.min(patienceMs, settings.holdMs, leasableMs);
    const freed = this.#freedSlot();
    const askedMs = now();
    const answer = await this.#lease(capacity, holdMs);
    const events = new LeasedEvents(answer);
    this.#slots.hasWork = answer.deliveries.length > 0 || answer.more;
    if (answer.deliveries.length > 0) this.#assignment.leased();
    for (const delivery of answer.deliveries) this.#start(delivery, answer.routes[delivery.route], events);
    this.#isBehind = answer.deliveries.length >= capacity;
    if (this.#slots.hasWork) {
      this.#emptyAnswers = 0;
      return true;
    }
    this.#emptyAnswers++;
    if (this.#isStaying) {
      // A channel that does not hold calls is asked again when there is something to report, or its time has come.
      // Neither does one that was removed: it answers at once, whatever it is asked.
      const againMs = askedMs + (isHeld ? holdMs : leasableMs);
      if (!isHeld || againMs > now()) await this.#freedOr(freed, Math.min(answer.nextAtMs ?? againMs, againMs));
      return true;
    }
    if (!this.#reports.hasUnreported) return this.#soon(answer.nextAtMs);
    // An outcome that was not reported when the channel was asked may let it lease more.
    await this.#reports.settled();
    return true;
  }

  /**
   * Whether it stays although there is nothing to lease: while deliveries of its own are out, and, where that costs the
   * channel nothing it would not pay anyway, while the run is busy in other channels that it passed events on to.
   */
  get #isStaying(): boolean {
    return this.#slots.claimed > 0 || (this.#ports.settings.holdMs > 0 && this.#run.slots.isBusy);
  }

  #freedOr(freed: Promise<void>, atMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.schedule(Math.max(1, atMs - this.#ports.now()), resolve);
      freed.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Work that comes up within the linger is waited for; for later work the channel wakes another courier. */
  async #soon(nextAtMs: number | undefined): Promise<boolean> {
    const waitMs = (nextAtMs ?? Number.POSITIVE_INFINITY) - this.#ports.now();
    if (waitMs > LINGER_MS) return false;
    await new Promise<void>((resolve) => void this.#ports.schedule(Math.max(1, waitMs), resolve));
    return true;
  }

  #lease(capacity: number, holdMs: number): Promise<LeaseAnswer> {
    const { channel, lane } = this.#assignment;
    const settlements = this.#reports.take();
    const call = this.#ports.lease(channel, { lane, settlements, capacity, holdMs });
    return within(this.#ports, call, holdMs + CALL_MS, `${channel} does not answer`).catch((error: unknown) => {
      this.#reports.giveBack(settlements);
      throw error;
    });
  }

  async #report(settlements: readonly Settlement[]): Promise<void> {
    const { channel, lane } = this.#assignment;
    const call = this.#ports.lease(channel, { lane, settlements, capacity: 0, holdMs: 0 });
    await within(this.#ports, call, CALL_MS, `${channel} does not answer`);
  }

  #start(delivery: Delivery, route: Route | undefined, events: LeasedEvents): void {
    assert(route !== undefined, "a lease holds the routes of its deliveries");
    const { channel } = this.#assignment;
    // The first of a longer timeout that comes near the end is sent all the same: most answers are quick, and not to
    // send what is leased would be a failed attempt for certain.
    this.#longestTimeoutMs = Math.max(this.#longestTimeoutMs, requestsOf(route) * route.timeoutMs);
    this.#slots.start(() => {
      const startedMs = this.#ports.now();
      this.#attempt({ channel, delivery, route }, events)
        .catch(unsendable)
        .then((outcome) => {
          const settlement = { token: delivery.token, outcome, tookMs: this.#ports.now() - startedMs };
          this.#run.failures.note(channel, { delivery, route, settlement });
          this.#reports.add(settlement);
          this.#slots.end();
          this.#slotFreed();
          this.#refilled();
        });
    });
  }

  /** An event that cannot be read fails its own delivery, and no other of its lease. */
  async #attempt(work: Omit<Work, "outgoing">, events: LeasedEvents): Promise<Outcome> {
    const { delivery } = work;
    const event = events.at(delivery.event);
    assert(event !== undefined, "a lease holds the events of its deliveries");
    const outgoing = delivery.extensions === undefined ? event : event.with(delivery.extensions);
    return send(this.#run, { ...work, outgoing });
  }

  /** Resolves when so many slots are free, or after REFILL_MS. */
  #freedSlots(wanted: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#refilled = () => {};
        resolve();
      };
      const cancel = this.#ports.schedule(REFILL_MS, end);
      this.#refilled = () => {
        if (this.#slots.free >= wanted) end();
      };
    });
  }

  #freedSlot(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#slotFreed;
      this.#slotFreed = () => {
        this.#slotFreed = () => {};
        before();
        resolve();
      };
    });
  }
}

/** A reply that goes elsewhere is a request of its own. */
function requestsOf({ replyTo }: Route): number {
  return replyTo === undefined ? 1 : 2;
}
