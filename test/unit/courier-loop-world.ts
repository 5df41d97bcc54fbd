/** A channel, subscribers and a clock for couriers: everything takes time, and none of it is real. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import type {
  AppendAnswer,
  AppendRequest,
  Delivery,
  LeaseAnswer,
  LeaseRequest,
  Route,
  Settlement,
} from "../../src/core/channel-protocol.ts";
import type { EventHead } from "../../src/core/event.ts";
import { concatBytes, encodeEvent } from "../../src/core/event-codec.ts";
import type { CourierPorts } from "../../src/courier/ports.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

/** Time that a call to a channel takes each way, milliseconds. */
const CALL_MS = 1;

export interface LeaseRecord extends LeaseRequest {
  readonly channel: string;
  readonly atMs: number;
}

export const CHANNEL = "default/broker/default" as ChannelName;

export function route(overrides: Partial<Route> = {}): Route {
  return {
    target: { kind: "url", url: "http://subscriber.test/" },
    namespace: "default",
    timeoutMs: 30_000,
    format: "binary",
    wantsReply: true,
    ...overrides,
  };
}

export function head(overrides: Partial<EventHead> = {}): EventHead {
  const attributes = { specversion: "1.0", id: "1", source: "/s", type: "t" };
  return { attributes, headers: [], hops: 255, ...overrides };
}

/** Hands out each delivery once and counts the outcomes that come back. */
export class FakeChannel {
  readonly calls: LeaseRecord[] = [];
  readonly settled = new Map<number, Settlement[]>();
  /** Works as a channel that does not exist: answers at once, with nothing. */
  isGone = false;
  /** Throws while it returns true. */
  isBroken: (request: LeaseRequest) => boolean = () => false;
  mostWorkCalls = 0;
  mostReportCalls = 0;
  mostOut = 0;
  readonly #clock: VirtualClock;
  readonly #pending: { readonly route: Route; readonly head: EventHead; readonly data: Uint8Array }[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #out = new Set<number>();
  #workCalls = 0;
  #reportCalls = 0;
  #lastSeq = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  add(count: number, to: Route = route(), event: EventHead = head(), data = new Uint8Array(3)): void {
    for (let index = 0; index < count; index++) this.#pending.push({ route: to, head: event, data });
    for (const wake of [...this.#waiting]) wake();
  }

  get outcomes(): readonly Settlement[] {
    return [...this.settled.values()].flat();
  }

  async lease(channel: string, request: LeaseRequest): Promise<LeaseAnswer> {
    this.calls.push({ ...request, channel, atMs: this.#clock.nowMs - this.#clock.startMs });
    const isWork = request.capacity > 0;
    if (isWork) this.mostWorkCalls = Math.max(this.mostWorkCalls, ++this.#workCalls);
    else this.mostReportCalls = Math.max(this.mostReportCalls, ++this.#reportCalls);
    try {
      await this.#clock.wait(CALL_MS);
      if (this.isBroken(request)) throw new Error("the object restarted");
      this.#settle(request.settlements);
      if (isWork && this.#pending.length === 0 && request.holdMs > 0 && !this.isGone) await this.#hold(request.holdMs);
      const answer = this.#assemble(request.capacity);
      await this.#clock.wait(CALL_MS);
      return answer;
    } finally {
      if (isWork) this.#workCalls--;
      else this.#reportCalls--;
    }
  }

  #settle(settlements: readonly Settlement[]): void {
    for (const settlement of settlements) {
      const { seq } = settlement.token;
      this.#out.delete(seq);
      this.settled.set(seq, [...(this.settled.get(seq) ?? []), settlement]);
    }
  }

  #hold(holdMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        cancel();
        resolve();
      };
      const cancel = this.#clock.schedule(holdMs, end);
      this.#waiting.add(end);
    });
  }

  #assemble(capacity: number): LeaseAnswer {
    const taken = this.#pending.splice(0, capacity);
    const parts = taken.map((each) => encodeEvent({ head: each.head, data: each.data }));
    let end = 0;
    const events = parts.map((part) => {
      const start = end;
      end += part.length;
      return { kind: "inline" as const, start, end };
    });
    const deliveries: Delivery[] = taken.map((_, index) => {
      const seq = ++this.#lastSeq;
      this.#out.add(seq);
      return {
        token: { subscription: "s", epoch: 1, seq, attempt: 1, purpose: "deliver", lease: seq },
        event: index,
        route: index,
      };
    });
    this.mostOut = Math.max(this.mostOut, this.#out.size);
    return { deliveries, routes: taken.map((each) => each.route), events, bytes: concatBytes(parts), more: false };
  }
}

export class CourierWorld {
  readonly clock = new VirtualClock();
  readonly channel = new FakeChannel(this.clock);
  readonly records: Readonly<Record<string, unknown>>[] = [];
  readonly appends: { readonly channel: string; readonly request: AppendRequest }[] = [];
  readonly requests: { readonly url: string; readonly init: RequestInit }[] = [];
  /** Announced lengths of streamed bodies. */
  readonly pipes: number[] = [];
  mostInFlight = 0;
  settings = { window: 8, holdMs: 10_000, budgetMs: 14 * 60_000, maxChannelsServed: 32 };
  /** How long the subscriber takes, and what it answers then. */
  subscriber: (request: number) => { readonly ms: number; readonly response: () => Response | Promise<Response> } =
    () => ({
      ms: 5,
      response: () => new Response(null, { status: 202 }),
    });
  append: () => Promise<AppendAnswer> = async () => ({
    kind: "accepted",
    calls: [{ kind: "stored", duplicate: false, position: "0-1" }],
  });
  readPart: (part: number) => Promise<Uint8Array | undefined> = async () => undefined;
  #inFlight = 0;

  get ports(): CourierPorts {
    return {
      lease: (channel, request) => this.channel.lease(channel, request),
      readPart: (_channel, _blob, part) => this.readPart(part),
      appendTo: (channel, request) => {
        this.appends.push({ channel, request });
        return this.append();
      },
      fetch: (url, init) => this.#fetch(url, init),
      fixedLength: (bytes) => {
        this.pipes.push(bytes);
        return new TransformStream<Uint8Array, Uint8Array>();
      },
      now: () => this.clock.nowMs,
      schedule: this.clock.schedule,
      log: (record) => this.records.push(record),
      settings: this.settings,
    };
  }

  get elapsedMs(): number {
    return this.clock.nowMs - this.clock.startMs;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { ms, response } = this.subscriber(this.requests.push({ url, init }) - 1);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    try {
      await this.clock.wait(ms, init.signal);
      return await response();
    } finally {
      this.#inFlight--;
    }
  }
}
