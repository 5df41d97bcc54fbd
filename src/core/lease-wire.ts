/**
 * Lease calls as they cross RPC. An object for each delivery costs the runtime as much to carry as its handling costs, so
 * deliveries and outcomes travel as columns of numbers, and only what is not a number beside them:
 *
 *   settlement  subscription · epoch · seq · attempt · purpose · lease · status · tookMs
 *   delivery    subscription · epoch · seq · attempt · purpose · lease · event · route
 *   event       start · end
 *
 * `subscription` is an index into the names that are sent once. Couriers and objects of one deployment speak the same
 * form; a courier that is one deployment behind gets its leases back by their expiry.
 */
import assert from "./assert.ts";
import type {
  DeliveredOutcome,
  Delivery,
  LeaseAnswer,
  LeasedEvent,
  LeaseRequest,
  Outcome,
  Purpose,
  Settlement,
  Token,
} from "./channel-protocol.ts";

/** What a row has beside its numbers. */
interface Beside<Value> {
  readonly index: number;
  readonly value: Value;
}

type Extensions = NonNullable<Delivery["extensions"]>;

export interface PackedLeaseRequest extends Omit<LeaseRequest, "settlements"> {
  readonly subscriptions: readonly string[];
  readonly settlements: Float64Array;
  /** Outcomes that are more than a status, by settlement. */
  readonly outcomes: readonly Beside<Outcome>[];
  /** Settlements whose outcome is a status, and that the reply was passed on: each delivery of a chain is one. */
  readonly replied?: Uint32Array;
}

export interface PackedLeaseAnswer extends Omit<LeaseAnswer, "deliveries" | "events"> {
  readonly subscriptions: readonly string[];
  readonly deliveries: Float64Array;
  readonly extensions: readonly Beside<Extensions>[];
  readonly events: Float64Array;
  readonly chunked: readonly Beside<LeasedEvent>[];
}

const COLUMNS = 8;
const TOKEN_COLUMNS = 6;
const EVENT_COLUMNS = 2;
const ABSENT = -1;
/** Their places are what crosses: new ones come last. */
const PURPOSES = ["deliver", "dead-letter", "reply"] as const satisfies readonly Purpose[];

export function packLeaseRequest({ settlements, ...rest }: LeaseRequest): PackedLeaseRequest {
  const names = new Names();
  const numbers = new Float64Array(settlements.length * COLUMNS);
  const outcomes: Beside<Outcome>[] = [];
  const replied: number[] = [];
  settlements.forEach(({ token, outcome, tookMs }, index) => {
    const at = index * COLUMNS;
    writeToken(numbers, at, token, names);
    numbers[at + TOKEN_COLUMNS] = outcome.status ?? ABSENT;
    numbers[at + TOKEN_COLUMNS + 1] = tookMs;
    if (!isStatusAlone(outcome)) outcomes.push({ index, value: outcome });
    else if (outcome.replied) replied.push(index);
  });
  return {
    ...rest,
    subscriptions: names.list,
    settlements: numbers,
    outcomes,
    ...(replied.length === 0 ? {} : { replied: Uint32Array.from(replied) }),
  };
}

export function unpackLeaseRequest(packed: PackedLeaseRequest): LeaseRequest {
  const { subscriptions, settlements: numbers, outcomes, replied = [], ...rest } = packed;
  assert(numbers.length % COLUMNS === 0, "a settlement crosses with all its columns");
  const others = byIndex(outcomes);
  const withReply = new Set(replied);
  const settlements: Settlement[] = [];
  for (let at = 0, index = 0; at < numbers.length; at += COLUMNS, index++) {
    settlements.push({
      token: readToken(numbers, at, subscriptions),
      outcome: others.get(index) ?? {
        kind: "delivered",
        status: number(numbers, at + TOKEN_COLUMNS),
        ...(withReply.has(index) ? { replied: true } : {}),
      },
      tookMs: number(numbers, at + TOKEN_COLUMNS + 1),
    });
  }
  return { ...rest, settlements };
}

export function packLeaseAnswer({ deliveries, events, ...rest }: LeaseAnswer): PackedLeaseAnswer {
  const names = new Names();
  const numbers = new Float64Array(deliveries.length * COLUMNS);
  const extensions: Beside<Extensions>[] = [];
  deliveries.forEach((delivery, index) => {
    const at = index * COLUMNS;
    writeToken(numbers, at, delivery.token, names);
    numbers[at + TOKEN_COLUMNS] = delivery.event;
    numbers[at + TOKEN_COLUMNS + 1] = delivery.route;
    if (delivery.extensions !== undefined) extensions.push({ index, value: delivery.extensions });
  });
  const places = new Float64Array(events.length * EVENT_COLUMNS);
  const chunked: Beside<LeasedEvent>[] = [];
  events.forEach((event, index) => {
    places[index * EVENT_COLUMNS] = event.start;
    places[index * EVENT_COLUMNS + 1] = event.end;
    if (event.kind !== "inline") chunked.push({ index, value: event });
  });
  return { ...rest, subscriptions: names.list, deliveries: numbers, extensions, events: places, chunked };
}

export function unpackLeaseAnswer(packed: PackedLeaseAnswer): LeaseAnswer {
  const { subscriptions, deliveries: numbers, extensions, events: places, chunked, ...rest } = packed;
  assert(numbers.length % COLUMNS === 0, "a delivery crosses with all its columns");
  assert(places.length % EVENT_COLUMNS === 0, "an event crosses with both its columns");
  const extended = byIndex(extensions);
  const deliveries: Delivery[] = [];
  for (let at = 0, index = 0; at < numbers.length; at += COLUMNS, index++) {
    const own = extended.get(index);
    deliveries.push({
      token: readToken(numbers, at, subscriptions),
      event: number(numbers, at + TOKEN_COLUMNS),
      route: number(numbers, at + TOKEN_COLUMNS + 1),
      ...(own === undefined ? {} : { extensions: own }),
    });
  }
  const large = byIndex(chunked);
  const events: LeasedEvent[] = [];
  for (let at = 0, index = 0; at < places.length; at += EVENT_COLUMNS, index++) {
    events.push(large.get(index) ?? { kind: "inline", start: number(places, at), end: number(places, at + 1) });
  }
  return { ...rest, deliveries, events };
}

function byIndex<Value>(rows: readonly Beside<Value>[]): ReadonlyMap<number, Value> {
  return new Map(rows.map(({ index, value }) => [index, value]));
}

/** Each name once, in the order of its first use. */
class Names {
  readonly list: string[] = [];
  readonly #indexes = new Map<string, number>();

  index(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.list.push(name) - 1;
    this.#indexes.set(name, index);
    return index;
  }
}

function writeToken(numbers: Float64Array, at: number, token: Token, names: Names): void {
  numbers[at] = names.index(token.subscription);
  numbers[at + 1] = token.epoch;
  numbers[at + 2] = token.seq;
  numbers[at + 3] = token.attempt;
  numbers[at + 4] = PURPOSES.indexOf(token.purpose);
  numbers[at + 5] = token.lease;
}

function readToken(numbers: Float64Array, at: number, names: readonly string[]): Token {
  const subscription = names[number(numbers, at)];
  const purpose = PURPOSES[number(numbers, at + 4)];
  assert(subscription !== undefined && purpose !== undefined, "a packed token names its subscription and purpose");
  return {
    subscription,
    epoch: number(numbers, at + 1),
    seq: number(numbers, at + 2),
    attempt: number(numbers, at + 3),
    purpose,
    lease: number(numbers, at + 5),
  };
}

function number(numbers: Float64Array, at: number): number {
  return numbers[at] ?? ABSENT;
}

/** But for `replied`, which crosses beside the numbers. */
function isStatusAlone(outcome: Outcome): outcome is DeliveredOutcome {
  if (outcome.kind !== "delivered") return false;
  return outcome.reply === undefined && outcome.unusableReply === undefined && outcome.hopsExhausted === undefined;
}
