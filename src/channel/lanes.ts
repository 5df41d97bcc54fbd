/**
 * Who serves whom: all healthy subscriptions share one lane; one that is slow, failing or far behind the others has a lane, and
 * couriers, of its own, so that it cannot slow its neighbours.
 */
import { SHARED_LANE } from "../core/channel-protocol.ts";
import { FAR_BEHIND_EVENTS, FAST_ANSWERS, SLOW_ANSWER_MS } from "./limits.ts";
import type { Subscription } from "./subscription.ts";

/** A courier is taken to be at work for this long after its last lease call, where its end is not known, ms. */
export const AT_WORK_MS = 1_000;
/** Direct couriers that one lane may have at once. */
const COURIERS_PER_LANE = 4;
/**
 * And of the shared lane once nobody has asked for as long as it takes to know who hangs: deliveries that have left the lane
 * with their subscription may fill all of its couriers until their timeout.
 */
export const SHARED_COURIERS = 2 * COURIERS_PER_LANE;
/**
 * With so many at work on all lanes together only the shared one gets another beside its first: each may hold 256 connections open, and a
 * process that has used up its files can serve nobody.
 */
const ALL_COURIERS = 12;
/** With all slots of the couriers full for this long, another one is woken, milliseconds. */
const QUIET_MS = 250;

/** A lease call that is held open. */
export interface WaitingLease {
  /** Answers it if there is something to lease. */
  readonly tryNow: () => void;
  /** Holds it no longer than an idle courier lingers. */
  readonly shorten: () => void;
}

export interface Lane {
  readonly name: string;
  /** Subscriptions that may have something to lease, in turn. */
  readonly active: Set<Subscription>;
  /** Courier calls that are open. */
  runs: number;
  /** Lease calls held open until there is something to lease, oldest first. */
  readonly waiting: Set<WaitingLease>;
  /** In time in which the process could work, see `NearTimer.workingMs`. */
  lastLeaseMs: number;
  /** In the same time. */
  lastWakeMs: number;
  /** Its couriers' ends are known, because their calls are held open. */
  isTracked: boolean;
  /** Couriers whose end is not known: the last one found nothing and has nothing in flight, so it is gone. */
  isUnattended: boolean;
  /** A wake-up failed: no other before this time, epoch milliseconds. */
  restUntilMs: number;
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Where the most advanced healthy subscription is; as of the last look, so it may be a little behind. */
  #front = 0;

  lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane: Lane = {
      name,
      active: new Set(),
      runs: 0,
      waiting: new Set(),
      lastLeaseMs: Number.NEGATIVE_INFINITY,
      lastWakeMs: Number.NEGATIVE_INFINITY,
      isTracked: true,
      isUnattended: true,
      restUntilMs: 0,
    };
    this.#lanes.set(name, lane);
    return lane;
  }

  /** The subscription may have something to lease; returns its lane. */
  activate(subscription: Subscription): Lane {
    const lane = this.lane(this.nameFor(subscription));
    lane.active.add(subscription);
    return lane;
  }

  /**
   * The lane it belongs to. Far behind is who is far behind its neighbours: those that lag alike share their lane, so that
   * an event is read and handed to a courier once for all of them.
   */
  nameFor(subscription: Subscription): string {
    const behind = subscription.reading.unreadBelow(this.#front);
    return isHealthy(subscription) && behind <= FAR_BEHIND_EVENTS ? SHARED_LANE : subscription.uid;
  }

  /** Looks where the neighbours of a subscription that lags are by now. */
  measure(subscriptions: Iterable<Subscription>, head: number): void {
    this.#front = 0;
    for (const subscription of subscriptions) {
      if (subscription.configuration.paused || !isHealthy(subscription)) continue;
      this.#front = Math.max(this.#front, subscription.reading.caughtUp ? head : subscription.reading.scannedTo);
    }
  }

  /** Courier calls of all lanes that are open. */
  get runs(): number {
    let runs = 0;
    for (const lane of this.#lanes.values()) runs += lane.runs;
    return runs;
  }

  remove(subscription: Subscription): void {
    for (const lane of this.#lanes.values()) lane.active.delete(subscription);
  }

  /** Forgets the lanes of subscriptions that are gone or healthy again. */
  tidy(): void {
    for (const lane of this.#lanes.values()) {
      const idle = lane.active.size === 0 && lane.runs === 0 && lane.waiting.size === 0;
      if (idle && lane.name !== SHARED_LANE) this.#lanes.delete(lane.name);
    }
  }
}

function isHealthy(subscription: Subscription): boolean {
  return !subscription.isSlow && !subscription.breaker.isOpen;
}

/** Looks whether a subscription became slow or healthy; `nowMs` because a hanging one never reports. */
export function reassess(subscription: Subscription, nowMs: number): void {
  const [oldest] = subscription.leases.values();
  if (oldest !== undefined && nowMs - oldest.leasedAtMs > SLOW_ANSWER_MS) {
    subscription.isSlow = true;
    subscription.fastAnswers = 0;
  } else if (subscription.isSlow && subscription.fastAnswers >= FAST_ANSWERS) {
    subscription.isSlow = false;
  }
}

/**
 * Whether the lane's work needs a wake-up: nobody is there to take it. `allRuns` are the couriers of all lanes. `workingMs`
 * leaves out what the process stood still: couriers that got no time are not full, and more of them would get even less.
 */
export function needsCourier(lane: Lane, allRuns: number, workingMs: number): boolean {
  if (lane.waiting.size > 0) return false;
  const quietMs = workingMs - Math.max(lane.lastLeaseMs, lane.lastWakeMs);
  if (lane.runs > 0) {
    const isAllowed = lane.name === SHARED_LANE || allRuns < ALL_COURIERS;
    return quietMs > QUIET_MS && isAllowed && lane.runs < mostCouriers(lane, quietMs);
  }
  return isDeserted(lane) || quietMs > AT_WORK_MS;
}

/** Whether nobody is at work in it; a courier whose end is not known counts until it finds nothing. */
export function isDeserted(lane: Lane): boolean {
  return lane.runs === 0 && (lane.isTracked || lane.isUnattended);
}

function mostCouriers(lane: Lane, quietMs: number): number {
  return lane.name === SHARED_LANE && quietMs > SLOW_ANSWER_MS ? SHARED_COURIERS : COURIERS_PER_LANE;
}
