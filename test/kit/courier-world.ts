/** A courier on a virtual clock, between a channel and subscribers that a test plays. */

import { type ChannelName, parseChannelName } from "../../src/core/channel-name.ts";
import type {
  AppendAnswer,
  AppendRequest,
  Delivery,
  LeaseAnswer,
  LeasedEvent,
  LeaseRequest,
  Route,
  Settlement,
} from "../../src/core/channel-protocol.ts";
import { SHARED_LANE } from "../../src/core/channel-protocol.ts";
import type { EventHead } from "../../src/core/event.ts";
import { concatBytes, encodeEvent } from "../../src/core/event-codec.ts";
import type { CourierPorts, CourierSettings } from "../../src/courier/ports.ts";
import { runCourier } from "../../src/courier/run-courier.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A delivery that the channel has for a courier. */
export interface Work {
  readonly seq: number;
  readonly head: EventHead;
  readonly data: Uint8Array;
  readonly route: Route;
  readonly parts?: readonly Uint8Array[];
  readonly purpose?: "deliver" | "dead-letter";
  readonly extensions?: Readonly<Record<string, string>>;
}

export interface SentRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
  readonly binding: string | undefined;
  readonly atMs: number;
}

export const SOURCE = channelName("default", "broker", "source");

export function channelName(namespace: string, kind: "broker" | "channel", name: string): ChannelName {
  const parsed = parseChannelName(namespace, kind, name);
  if (parsed === undefined) throw new Error(`${namespace}/${kind}/${name} is no channel name`);
  return parsed;
}

export function work(
  seq: number,
  overrides: Partial<Omit<Work, "route" | "seq">> & { route?: Partial<Route> } = {},
): Work {
  return {
    seq,
    head: {
      attributes: { specversion: "1.0", id: String(seq), source: "/test", type: "t", datacontenttype: "text/plain" },
      headers: [],
      hops: 255,
    },
    data: new TextEncoder().encode(`data ${seq}`),
    ...overrides,
    route: {
      target: { kind: "url", url: "http://subscriber.example/" },
      namespace: "default",
      timeoutMs: 30_000,
      format: "binary",
      wantsReply: true,
      ...overrides.route,
    },
  };
}

const IDLE_HOLD_MS = 50;

export class CourierWorld {
  readonly clock = new VirtualClock();
  /** What the channel has to lease, in order. */
  readonly pending: Work[] = [];
  readonly leaseCalls: (LeaseRequest & { readonly channel: ChannelName; readonly atMs: number })[] = [];
  readonly settled: Settlement[] = [];
  readonly requests: SentRequest[] = [];
  readonly appends: { readonly target: ChannelName; readonly request: AppendRequest }[] = [];
  readonly logs: Readonly<Record<string, unknown>>[] = [];
  open = 0;
  mostOpen = 0;
  openLeases = 0;
  mostOpenLeases = 0;
  /** Set to answer subscribers' requests another way. */
  subscriber: (request: SentRequest) => Response | Promise<Response> = () => new Response(null, { status: 202 });
  /** Called before each lease call; a test that throws here makes the call fail. */
  beforeLease: (request: LeaseRequest & { readonly channel: ChannelName }) => void | Promise<void> = () => {};
  /** Set to answer hand-overs another way. */
  appendAnswer: () => AppendAnswer = () => ({
    kind: "accepted",
    calls: [{ kind: "stored", duplicate: false, position: "0-1" }],
  });
  /** Added to an answer that leases nothing. */
  whenEmpty: () => Partial<LeaseAnswer> = () => ({});
  /** Set to answer for the parts of large events another way. */
  partOf: (parts: readonly Uint8Array[], part: number) => Uint8Array | undefined = (parts, part) => parts[part];
  readonly #parts = new Map<number, readonly Uint8Array[]>();
  readonly #waiting = new Set<{ readonly answer: () => void; readonly shorten: () => void }>();
  #out = 0;

  /** Gives the channel more to lease, and answers a call that it holds. */
  add(...more: readonly Work[]): void {
    this.pending.push(...more);
    for (const { answer } of [...this.#waiting]) answer();
  }

  run(settings: Partial<CourierSettings> = {}): Promise<void> {
    return runCourier(this.ports(settings), SOURCE, SHARED_LANE);
  }

  /** Runs until the courier ends, or fails after this virtual time. */
  async runToEnd(settings: Partial<CourierSettings> = {}, withinMs = 60_000): Promise<void> {
    let ended = false;
    const run = this.run(settings).finally(() => {
      ended = true;
    });
    run.catch(() => {});
    for (let ms = 0; !ended && ms < withinMs; ms += 10) await this.clock.advance(10);
    if (!ended) throw new Error(`the courier still runs after ${withinMs} ms`);
    await run;
  }

  ports(settings: Partial<CourierSettings> = {}): CourierPorts {
    return {
      lease: (channel, request) => this.#lease(channel, request),
      readPart: async (_, blob, part) => this.partOf(this.#parts.get(blob) ?? [], part),
      appendTo: async (target, request) => {
        this.appends.push({ target, request });
        return this.appendAnswer();
      },
      fetch: (url, init, binding) => this.#fetch(url, init, binding),
      fixedLength: () => new TransformStream<Uint8Array, Uint8Array>(),
      now: () => this.clock.nowMs,
      schedule: this.clock.schedule,
      log: (record) => this.logs.push(record),
      settings: { window: 8, holdMs: 10_000, budgetMs: 14 * 60_000, maxChannelsServed: 4, ...settings },
    };
  }

  async #fetch(url: string, init: RequestInit, binding: string | undefined): Promise<Response> {
    const request = { url, init, headers: new Headers(init.headers), binding, atMs: this.clock.nowMs };
    this.requests.push(request);
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      return await this.subscriber(request);
    } finally {
      this.open--;
    }
  }

  async #lease(channel: ChannelName, request: LeaseRequest): Promise<LeaseAnswer> {
    this.leaseCalls.push({ ...request, channel, atMs: this.clock.nowMs });
    await this.beforeLease({ ...request, channel });
    this.settled.push(...request.settlements);
    this.#out -= request.settlements.length;
    if (request.capacity === 0) {
      if (this.#out === 0) for (const { shorten } of this.#waiting) shorten();
      return this.answerFor([]);
    }
    this.openLeases++;
    this.mostOpenLeases = Math.max(this.mostOpenLeases, this.openLeases);
    try {
      if (this.pending.length === 0 && request.holdMs > 0) await this.#hold(request.holdMs);
      const leased = channel === SOURCE ? this.pending.splice(0, request.capacity) : [];
      this.#out += leased.length;
      return { ...this.answerFor(leased), ...(leased.length === 0 ? this.whenEmpty() : {}) };
    } finally {
      this.openLeases--;
    }
  }

  /** As a channel does: until there is something, or a moment after nothing is out any more. */
  #hold(holdMs: number): Promise<void> {
    return new Promise((resolve) => {
      const answer = (): void => {
        cancel();
        this.#waiting.delete(waiting);
        resolve();
      };
      const shorten = (): void => {
        cancel();
        cancel = this.clock.schedule(IDLE_HOLD_MS, answer);
      };
      const waiting = { answer, shorten };
      let cancel = this.clock.schedule(holdMs, answer);
      this.#waiting.add(waiting);
    });
  }

  answerFor(leased: readonly Work[]): LeaseAnswer {
    const encoded: Uint8Array[] = [];
    const events: LeasedEvent[] = [];
    let offset = 0;
    for (const { head, data, parts, seq } of leased) {
      const bytes = encodeEvent({ head, data: parts === undefined ? data : new Uint8Array(0) });
      encoded.push(bytes);
      const place = { start: offset, end: offset + bytes.length };
      offset = place.end;
      if (parts !== undefined) this.#parts.set(seq, parts);
      events.push(
        parts === undefined
          ? { kind: "inline", ...place }
          : { kind: "chunked", ...place, blob: seq, parts: parts.length, dataBytes: concatBytes(parts).length },
      );
    }
    return {
      deliveries: leased.map(deliveryOf),
      routes: leased.map(({ route }) => route),
      events,
      bytes: concatBytes(encoded),
      more: false,
    };
  }
}

function deliveryOf({ seq, purpose = "deliver", extensions }: Work, index: number): Delivery {
  return {
    token: { subscription: "s", epoch: 1, seq, attempt: 1, purpose, lease: seq },
    event: index,
    route: index,
    ...(extensions === undefined ? {} : { extensions }),
  };
}
