/**
 * Brings work and couriers together: fulfils lease calls that are held open, wakes a courier where nobody waits, and
 * looks again when a back-off, a rate or a breaker lets something through.
 */
import { type LeaseAnswer, SHARED_LANE } from "../core/channel-protocol.ts";
import { errorText } from "../core/error-text.ts";
import type { CourierOffer } from "./append-buffer.ts";
import type { Committer } from "./commit.ts";
import { AT_WORK_MS, isDeserted, type Lane, needsCourier, reassess } from "./lanes.ts";
import { assembleLease, EMPTY_LEASE, nextLeaseAtMs } from "./lease.ts";
import { IDLE_HOLD_MS, LONGEST_HOLD_MS, NEAR_MS, REASSESS_MS, REST_MS } from "./limits.ts";
import { NearTimer } from "./near-timer.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { type ChannelState, windowLimit } from "./state.ts";
import type { Subscription } from "./subscription.ts";

export class Serving {
  readonly #state: ChannelState;
  readonly #context: () => OutcomeContext;
  readonly #committer: Committer;
  readonly #timer: NearTimer;
  #reassessedMs = 0;
  #isStopped = false;

  constructor(state: ChannelState, committer: Committer, context: () => OutcomeContext) {
    this.#state = state;
    this.#committer = committer;
    this.#context = context;
    this.#timer = new NearTimer(state.ports, () => this.look());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer.stop();
  }

  /** These may have something to lease: hand it to whoever waits, take the courier that is offered, or wake one. */
  stir(subscriptions: Iterable<Subscription>, offer?: CourierOffer): void {
    if (this.#isStopped) return;
    const lanes = new Set<Lane>();
    for (const subscription of subscriptions) {
      this.#state.busy.add(subscription);
      lanes.add(this.#state.lanes.activate(subscription));
    }
    for (const lane of lanes) this.#serve(lane, offer);
  }

  /** A courier asks; the call may stay open until there is something. */
  lease(laneName: string, capacity: number, holdMs: number): LeaseAnswer | Promise<LeaseAnswer> {
    const lane = this.#state.lanes.lane(laneName);
    const nowMs = this.#state.ports.now();
    lane.lastLeaseMs = this.#timer.workingMs(nowMs);
    lane.isUnattended = false;
    this.#reassess(nowMs);
    const answer = this.#assemble(lane, capacity);
    if (answer.deliveries.length > 0 || answer.more) return answer;
    if (holdMs <= 0) {
      lane.isUnattended = !this.#hasLeases(lane);
      return answer;
    }
    return this.#hold(lane, capacity, Math.min(holdMs, LONGEST_HOLD_MS));
  }

  /** With nothing in flight any more, the lane's couriers need not wait long. */
  settled(laneName: string): void {
    const lane = this.#state.lanes.lane(laneName);
    if (lane.waiting.size === 0 || this.#hasLeases(lane)) return;
    for (const waiting of lane.waiting) waiting.shorten();
  }

  /** Looks at everything that may have come up by now. */
  look(): void {
    const { busy, ports } = this.#state;
    const nowMs = ports.now();
    const due: Subscription[] = [];
    for (const subscription of busy) {
      reassess(subscription, nowMs);
      if (!subscription.hasWork) busy.delete(subscription);
      else if (this.#canLease(subscription, nowMs)) due.push(subscription);
      else this.#waitUntil(nextLeaseAtMs(this.#state, subscription));
    }
    this.stir(due);
    this.#state.lanes.tidy();
  }

  #serve(lane: Lane, offer?: CourierOffer): void {
    if (this.#isStopped) return;
    for (const waiting of [...lane.waiting]) {
      if (lane.active.size === 0) return;
      waiting.tryNow();
    }
    this.#wakeIfNeeded(lane, offer);
  }

  #wakeIfNeeded(lane: Lane, offer: CourierOffer | undefined): void {
    const nowMs = this.#state.ports.now();
    for (const subscription of lane.active) {
      if (this.#canLease(subscription, nowMs)) continue;
      lane.active.delete(subscription);
      this.#waitUntil(nextLeaseAtMs(this.#state, subscription));
    }
    if (lane.active.size === 0) return;
    if (offer !== undefined && lane.name === SHARED_LANE && lane.runs === 0 && lane.waiting.size === 0) {
      offer.isTaken = true;
      if (isDeserted(lane)) this.#awaken(lane, { nowMs, isTracked: false });
      // Should it never come.
      this.#waitUntil(nowMs + AT_WORK_MS);
    }
    if (!this.#needsCourier(lane, nowMs)) {
      // Couriers are busy, or a queued wake-up is on its way: look again soon.
      if (lane.waiting.size === 0) this.#waitUntil(nowMs + REASSESS_MS);
      return;
    }
    this.#waitUntil(nowMs + REASSESS_MS);
    const run = this.#state.ports.wake(lane.name);
    this.#awaken(lane, { nowMs, isTracked: run !== undefined });
    if (run === undefined) return;
    lane.runs++;
    run.then(
      () => this.#ended(lane, 0),
      (error: unknown) => {
        const reason = errorText(error);
        this.#state.ports.log({ event: "courier.failed", lane: lane.name, reason });
        this.#ended(lane, REST_MS);
      },
    );
  }

  #awaken(lane: Lane, { nowMs, isTracked }: { readonly nowMs: number; readonly isTracked: boolean }): void {
    lane.lastWakeMs = this.#timer.workingMs(nowMs);
    lane.isUnattended = false;
    lane.isTracked = isTracked;
  }

  #ended(lane: Lane, restMs: number): void {
    lane.runs--;
    if (restMs > 0) {
      lane.restUntilMs = this.#state.ports.now() + restMs;
      this.#waitUntil(lane.restUntilMs);
    }
    if (lane.active.size > 0) this.#serve(lane);
  }

  #assemble(lane: Lane, capacity: number): LeaseAnswer {
    const moved: Subscription[] = [];
    const answer = assembleLease(this.#state, this.#context(), { lane, capacity, moved });
    this.#committer.soon();
    this.#waitUntil(answer.nextAtMs);
    // The courier may be full of hanging neighbours, and nothing else come that would wake another.
    if (answer.more) this.#waitUntil(this.#state.ports.now() + REASSESS_MS);
    if (moved.length > 0) this.stir(moved);
    return answer;
  }

  #canLease(subscription: Subscription, nowMs: number): boolean {
    return subscription.canScan(windowLimit(this.#state)) || nextLeaseAtMs(this.#state, subscription) <= nowMs;
  }

  #hold(lane: Lane, capacity: number, holdMs: number): Promise<LeaseAnswer> {
    return new Promise((resolve) => {
      const finish = (answer: LeaseAnswer): void => {
        lane.waiting.delete(waiting);
        lane.lastLeaseMs = this.#timer.workingMs(this.#state.ports.now());
        cancel();
        resolve(answer);
      };
      const tryNow = (): void => {
        const answer = this.#assemble(lane, capacity);
        if (answer.deliveries.length > 0 || answer.more) finish(answer);
      };
      const giveUp = (): void => {
        lane.isUnattended = !this.#hasLeases(lane);
        finish(EMPTY_LEASE);
      };
      let cancel = this.#state.ports.schedule(holdMs, giveUp);
      let isShort = holdMs <= IDLE_HOLD_MS;
      const shorten = (): void => {
        if (isShort) return;
        isShort = true;
        cancel();
        cancel = this.#state.ports.schedule(IDLE_HOLD_MS, giveUp);
      };
      const waiting = { tryNow, shorten };
      lane.waiting.add(waiting);
    });
  }

  /** Looks again at that time if it is near; the alarm sees to later ones. */
  #waitUntil(atMs: number | undefined): void {
    const nowMs = this.#state.ports.now();
    if (atMs === undefined || atMs > nowMs + NEAR_MS) return;
    this.#timer.set(atMs);
  }

  #needsCourier(lane: Lane, nowMs: number): boolean {
    const allRuns = this.#state.lanes.runs;
    return nowMs >= lane.restUntilMs && needsCourier(lane, allRuns, this.#timer.workingMs(nowMs));
  }

  #hasLeases(lane: Lane): boolean {
    for (const subscription of this.#state.busy) {
      for (const lease of subscription.leases.values()) if (lease.lane === lane.name) return true;
    }
    return false;
  }

  #reassess(nowMs: number): void {
    if (nowMs - this.#reassessedMs < REASSESS_MS) return;
    this.#reassessedMs = nowMs;
    const { busy, lanes, log, subscriptions } = this.#state;
    for (const subscription of busy) reassess(subscription, nowMs);
    lanes.measure(subscriptions.values(), log.head);
  }
}
