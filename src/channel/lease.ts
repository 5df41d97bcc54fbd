/** Puts a lease together: one unit of each subscription in turn, bounded in deliveries, bytes and scanned events. */
import type { Delivery, LeaseAnswer, LeasedEvent, Route } from "../core/channel-protocol.ts";
import type { AttributeValue } from "../core/event.ts";
import { concatBytes } from "../core/event-codec.ts";
import type { Lane } from "./lanes.ts";
import {
  CHUNK_BYTES,
  LEASE_BYTES,
  LEASE_DELIVERIES,
  LEASE_MARGIN_MS,
  LONG_SCAN_EVENTS,
  SCAN_EVENTS,
  SLOW_ANSWER_MS,
} from "./limits.ts";
import { becomeStraggler, type OutcomeContext, parkStraggler } from "./outcomes.ts";
import { readEvent } from "./read-event.ts";
import { scan } from "./scan.ts";
import { type ChannelState, windowLimit } from "./state.ts";
import { type LastFailure, type Straggler, stragglerRow } from "./straggler.ts";
import type { Lease, Subscription, Unit } from "./subscription.ts";

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
      lane.active.delete(subscription);
      if (state.lanes.nameFor(subscription) !== lane.name) {
        moved.push(subscription);
        continue;
      }
      relieve(state, context, subscription);
      const limit = windowLimit(state);
      if (subscription.canScan(limit)) {
        const read = scan(subscription, state.log, { events: scanLeft, window: limit });
        scanLeft -= read;
        // Written down, so that a restart does not read all that again.
        if (read >= LONG_SCAN_EVENTS) context.changes.positions.add(subscription.group);
      }
      const unit = nextUnit(context, subscription);
      if (unit !== undefined) draft.add(subscription, take(context, { subscription, unit, lane: lane.name }));
      else nextAtMs = Math.min(nextAtMs, subscription.nextAtMs());
      // Last in the set: the next lease begins with its neighbours. Without a unit it stays only to be scanned on.
      if (unit !== undefined || subscription.canScan(limit)) lane.active.add(subscription);
    }
  }
  return draft.answer(lane.active.size > 0, nextAtMs);
}

/** A full window whose oldest delivery hangs: the delivery gets a row of its own, and the window moves on. */
function relieve(state: ChannelState, context: OutcomeContext, subscription: Subscription): void {
  const limit = windowLimit(state);
  for (let oldest = subscription.window.oldest; oldest !== undefined; oldest = subscription.window.oldest) {
    const lease = subscription.leases.get(oldest.seq);
    if (subscription.window.size < limit || lease?.unit.kind !== "fresh") return;
    if (context.nowMs - lease.leasedAtMs < SLOW_ANSWER_MS) return;
    const straggler = becomeStraggler(context, subscription, lease);
    subscription.leases.set(straggler.seq, { ...lease, unit: { kind: "straggler", straggler } });
    context.changes.putStraggler(stragglerRow(straggler, true), { urgent: false });
    context.changes.positions.add(subscription.group);
  }
}

/** What may be leased now. Dead letters whose sink was taken away are parked: they are not for the subscriber. */
function nextUnit(context: OutcomeContext, subscription: Subscription): Unit | undefined {
  const hasSink = subscription.configuration.delivery.deadLetterSink !== undefined;
  for (;;) {
    const unit = subscription.next(context.nowMs);
    if (hasSink || unit?.kind !== "straggler" || unit.straggler.state !== "dead-lettering") return unit;
    parkStraggler(context, subscription, unit.straggler);
  }
}

/** Leases one unit. What has had an attempt before is written down, so that an event that kills couriers ends too. */
function take(
  context: OutcomeContext,
  what: { readonly subscription: Subscription; readonly unit: Unit; readonly lane: string },
): [number, Lease] {
  const { nowMs, changes } = context;
  const { subscription, unit } = what;
  const dead = unit.kind === "straggler" && unit.straggler.state === "dead-lettering";
  const before = unit.kind === "fresh" ? unit.entry.attempts : unit.straggler.attempts;
  const expiresAtMs = nowMs + subscription.configuration.delivery.timeoutMs + LEASE_MARGIN_MS;
  let lease: Lease = {
    unit,
    attempt: before + 1,
    purpose: dead ? "dead-letter" : "deliver",
    leasedAtMs: nowMs,
    expiresAtMs,
    lane: what.lane,
  };
  const seq = unit.kind === "fresh" ? unit.entry.seq : unit.straggler.seq;
  subscription.lease(unit, lease);
  if (unit.kind === "fresh" && before > 0) {
    const straggler = becomeStraggler(context, subscription, lease);
    lease = { ...lease, unit: { kind: "straggler", straggler } };
    subscription.leases.set(seq, lease);
  }
  if (lease.unit.kind === "straggler") {
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
    const event = this.#eventIndex(seq, straggler);
    this.deliveries.push({
      token: {
        subscription: subscription.uid,
        epoch: subscription.epoch,
        seq,
        attempt: lease.attempt,
        purpose: lease.purpose,
        instance: this.#state.instance,
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
    const found = readEvent(this.#state, seq, straggler);
    // Retention keeps what is unsettled, so a missing event is a bug: stop rather than skip it.
    if (found === undefined) throw new Error(`event ${seq} is not in the log`);
    const { blob, bytes } = found;
    const place = { start: this.bytes, end: this.bytes + bytes.length };
    this.#parts.push(bytes);
    this.bytes = place.end;
    const index =
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
      ) - 1;
    this.#eventBySeq.set(seq, index);
    return index;
  }

  #routeIndex(subscription: Subscription, purpose: Lease["purpose"]): number {
    const key = `${subscription.uid} ${purpose}`;
    const known = this.#routeByKey.get(key);
    if (known !== undefined) return known;
    const { configuration } = subscription;
    const { delivery } = configuration;
    const dead = purpose === "dead-letter";
    const index =
      this.#routes.push({
        target: dead && delivery.deadLetterSink !== undefined ? delivery.deadLetterSink : configuration.subscriber,
        namespace: configuration.namespace,
        timeoutMs: delivery.timeoutMs,
        format: delivery.format,
        wantsReply: !dead && configuration.subscriber.kind === "url",
      }) - 1;
    this.#routeByKey.set(key, index);
    return index;
  }
}

/** Knative's error extensions (reference §2.9); a connection error or timeout has the code 500. */
function errorExtensions(failure: LastFailure | undefined): Readonly<Record<string, AttributeValue>> {
  return {
    knativeerrordest: failure?.destination ?? "",
    knativeerrorcode: String(failure?.status ?? 500),
    knativeerrordata: failure?.errorData ?? "",
  };
}
