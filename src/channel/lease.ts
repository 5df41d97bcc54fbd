/** Puts a lease together: one unit of each subscription in turn, bounded in deliveries, bytes and scanned events. */
import assert from "../core/assert.ts";
import type { Delivery, LeaseAnswer, LeasedEvent, Route } from "../core/channel-protocol.ts";
import type { AttributeValue } from "../core/event.ts";
import { concatBytes } from "../core/event-codec.ts";
import type { Lane } from "./lanes.ts";
import { CHUNK_BYTES, LEASE_BYTES, LEASE_DELIVERIES, LONG_SCAN_EVENTS, SCAN_EVENTS, SLOW_ANSWER_MS } from "./limits.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { type FoundEvent, readEvent, readKeptReply } from "./read-event.ts";
import { discardRejected } from "./rejected.ts";
import { dropReply } from "./replies.ts";
import { scan } from "./scan.ts";
import { type ChannelState, windowLimit } from "./state.ts";
import { asStraggler, parkStraggler } from "./straggle.ts";
import { type LastFailure, purposeOf, type Straggler, stragglerRow } from "./straggler.ts";
import type { Lease, Subscription, Unit } from "./subscription.ts";
import { destinationOf, leaseMs, replyTarget } from "./targets.ts";

export const EMPTY_LEASE: LeaseAnswer = {
  deliveries: [],
  routes: [],
  events: [],
  bytes: new Uint8Array(0),
  more: false,
};

export interface LeaseRound {
  readonly lane: Lane;
  readonly capacity: number;
  /** Filled with subscriptions that belong to another lane by now. */
  readonly moved: Subscription[];
}

export function assembleLease(state: ChannelState, context: OutcomeContext, round: LeaseRound): LeaseAnswer {
  const { lane, moved } = round;
  const draft = new LeaseDraft(state);
  const most = Math.min(round.capacity, LEASE_DELIVERIES);
  const isFull = (): boolean => draft.deliveries.length >= most || draft.bytes >= LEASE_BYTES;
  let scanLeft = SCAN_EVENTS;
  let nextAtMs = Number.POSITIVE_INFINITY;
  while (lane.active.size > 0 && scanLeft > 0 && !isFull()) {
    for (const subscription of [...lane.active]) {
      if (isFull()) break;
      const limit = windowLimit(state);
      // What is left of the log is for the next lease, in the same order.
      if (scanLeft <= 0 && subscription.canScan(limit)) continue;
      lane.active.delete(subscription);
      if (state.lanes.nameFor(subscription) !== lane.name) {
        moved.push(subscription);
        continue;
      }
      relieve(state, context, subscription);
      if (subscription.canScan(limit)) {
        const read = scan(subscription, state.log, { events: scanLeft, window: limit });
        scanLeft -= read;
        // Written down, so that a restart does not read all that again.
        if (read >= LONG_SCAN_EVENTS) context.changes.positions.add(subscription.group);
      }
      const unit = nextUnit(state, context, subscription);
      if (unit !== undefined) draft.add(subscription, take(context, { subscription, unit, lane: lane.name }));
      else nextAtMs = Math.min(nextAtMs, nextLeaseAtMs(state, subscription));
      // Last in the set: the next lease begins with its neighbours. Without a unit it stays only to be scanned on.
      if (unit !== undefined || subscription.canScan(limit)) lane.active.add(subscription);
    }
  }
  return draft.answer(lane.active.size > 0, nextAtMs);
}

/** A full window whose oldest delivery hangs: the delivery gets a row of its own, and the window moves on. */
function relieve(state: ChannelState, context: OutcomeContext, subscription: Subscription): void {
  while (relievesAtMs(state, subscription) <= context.nowMs) {
    const lease = oldestLease(subscription);
    assert(lease !== undefined, "only a delivery that is out is relieved");
    asStraggler(context, subscription, lease);
  }
}

/** When time alone gives a lease something that it has not now: epoch milliseconds, Infinity if it will not. */
export function nextLeaseAtMs(state: ChannelState, subscription: Subscription): number {
  return Math.min(subscription.nextAtMs(), relievesAtMs(state, subscription));
}

/** When a lease will move a full window on although nobody settles anything. */
function relievesAtMs(state: ChannelState, subscription: Subscription): number {
  const lease = oldestLease(subscription);
  const isFull = subscription.window.size >= windowLimit(state) && subscription.canScan(Number.POSITIVE_INFINITY);
  return isFull && lease?.unit.kind === "fresh" ? lease.leasedAtMs + SLOW_ANSWER_MS : Number.POSITIVE_INFINITY;
}

function oldestLease({ window, leases }: Subscription): Lease | undefined {
  return window.oldest === undefined ? undefined : leases.get(window.oldest.seq);
}

/**
 * What may be leased now. What was to go where the configuration sends nothing any more is not for the subscriber: dead
 * letters are parked, replies dropped.
 */
function nextUnit(state: ChannelState, context: OutcomeContext, subscription: Subscription): Unit | undefined {
  const { delivery, reply } = subscription.configuration;
  for (;;) {
    const unit = subscription.next(context.nowMs);
    if (unit?.kind !== "straggler") return unit;
    const { straggler } = unit;
    if (straggler.isRejected && !straggler.holdsReply) {
      // A replay has called back what was out.
      discardRejected(context, subscription, straggler);
    } else if (straggler.state === "dead-lettering" && delivery.deadLetterSink === undefined) {
      parkStraggler(context, subscription, straggler);
    } else if (straggler.state === "replying" && reply.kind !== "target") {
      dropReply(state, context, subscription, straggler);
    } else {
      return unit;
    }
  }
}

/** Leases one unit. What has had an attempt before is written down, so that an event that kills couriers ends too. */
function take(
  context: OutcomeContext,
  what: { readonly subscription: Subscription; readonly unit: Unit; readonly lane: string },
): [number, Lease] {
  const { nowMs, changes } = context;
  const { subscription, unit } = what;
  const purpose = unit.kind === "fresh" ? "deliver" : purposeOf(unit.straggler.state);
  const before = unit.kind === "fresh" ? unit.entry.attempts : unit.straggler.attempts;
  let lease: Lease = {
    unit,
    number: context.nextLease(),
    attempt: before + 1,
    purpose,
    leasedAtMs: nowMs,
    expiresAtMs: nowMs + leaseMs(subscription.configuration, purpose),
    lane: what.lane,
  };
  const seq = unit.kind === "fresh" ? unit.entry.seq : unit.straggler.seq;
  subscription.lease(unit, lease);
  if (unit.kind === "fresh" && before > 0) {
    lease = asStraggler(context, subscription, lease);
  } else if (lease.unit.kind === "straggler") {
    lease.unit.straggler.attempts = lease.attempt;
    changes.putStraggler(stragglerRow(lease.unit.straggler, true), { urgent: false });
    changes.positions.add(subscription.group);
  }
  return [seq, lease];
}

class LeaseDraft {
  readonly deliveries: Delivery[] = [];
  readonly #state: ChannelState;
  readonly #routes: Route[] = [];
  readonly #events: LeasedEvent[] = [];
  readonly #parts: Uint8Array[] = [];
  readonly #eventBySeq = new Map<number, number>();
  readonly #routeByKey = new Map<string, number>();
  bytes = 0;

  constructor(state: ChannelState) {
    this.#state = state;
  }

  add(subscription: Subscription, [seq, lease]: readonly [number, Lease]): void {
    const straggler = lease.unit.kind === "straggler" ? lease.unit.straggler : undefined;
    const event =
      straggler !== undefined && lease.purpose === "reply"
        ? this.#place(readKeptReply(this.#state, straggler), `the reply of ${seq}`)
        : this.#eventIndex(seq, straggler);
    this.deliveries.push({
      token: {
        subscription: subscription.uid,
        epoch: subscription.epoch,
        seq,
        attempt: lease.attempt,
        purpose: lease.purpose,
        lease: lease.number,
      },
      event,
      route: this.#routeIndex(subscription, lease.purpose),
      ...(lease.purpose === "dead-letter" ? { extensions: errorExtensions(straggler?.failure) } : {}),
    });
  }

  answer(more: boolean, nextAtMs: number): LeaseAnswer {
    return {
      deliveries: this.deliveries,
      routes: this.#routes,
      events: this.#events,
      bytes: concatBytes(this.#parts),
      more,
      ...(Number.isFinite(nextAtMs) ? { nextAtMs } : {}),
    };
  }

  #eventIndex(seq: number, straggler: Straggler | undefined): number {
    const known = this.#eventBySeq.get(seq);
    if (known !== undefined) return known;
    const index = this.#place(readEvent(this.#state, seq, straggler), `event ${seq}`);
    this.#eventBySeq.set(seq, index);
    return index;
  }

  /** Retention keeps what is unsettled, so a missing event is a bug: stop rather than skip it. */
  #place(found: FoundEvent | undefined, name: string): number {
    if (found === undefined) throw new Error(`${name} is not in storage`);
    const { blob, bytes } = found;
    const place = { start: this.bytes, end: this.bytes + bytes.length };
    this.#parts.push(bytes);
    this.bytes = place.end;
    return (
      this.#events.push(
        blob === undefined
          ? { kind: "inline", ...place }
          : {
              kind: "chunked",
              ...place,
              blob: blob.id,
              parts: Math.ceil(blob.bytes / CHUNK_BYTES),
              dataBytes: blob.bytes,
            },
      ) - 1
    );
  }

  #routeIndex(subscription: Subscription, purpose: Lease["purpose"]): number {
    const key = `${subscription.uid} ${purpose}`;
    const known = this.#routeByKey.get(key);
    if (known !== undefined) return known;
    const { configuration } = subscription;
    const { delivery, subscriber } = configuration;
    const replyTo = replyTarget(configuration, purpose);
    const index =
      this.#routes.push({
        target: destinationOf(configuration, purpose),
        namespace: configuration.namespace,
        timeoutMs: delivery.timeoutMs,
        format: delivery.format,
        wantsReply: purpose === "deliver" && subscriber.kind === "url",
        ...(configuration.reply.kind === "none" ? { dropsReply: true } : {}),
        ...(replyTo === undefined ? {} : { replyTo }),
      }) - 1;
    this.#routeByKey.set(key, index);
    return index;
  }
}

/** Knative's error extensions; a connection error or timeout has the code 500. */
function errorExtensions(failure: LastFailure | undefined): Readonly<Record<string, AttributeValue>> {
  return {
    knativeerrordest: failure?.destination ?? "",
    knativeerrorcode: String(failure?.status ?? 500),
    knativeerrordata: failure?.errorData ?? "",
  };
}
