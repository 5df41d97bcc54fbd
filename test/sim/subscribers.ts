/** Everything that couriers call over HTTP: subscribers and dead letter sinks with tempers of their own. */
import type { Courier, Expected } from "./couriers.ts";
import type { FlowEvent } from "./flow-meaning.ts";
import type { Replying } from "./graph.ts";
import { type Message, messageOf } from "./message.ts";
import type { World } from "./world.ts";

/** How a subscriber answers while it is in this mood. */
export type Temper =
  | "fast"
  | "slow"
  | "busy"
  | "failing"
  | "refusing"
  | "hanging"
  | "too-late"
  | "redirecting"
  | "resetting";

export const TEMPERS: readonly Temper[] = [
  "fast",
  "fast",
  "slow",
  "busy",
  "failing",
  "refusing",
  "hanging",
  "too-late",
  "redirecting",
  "resetting",
];

interface Answer {
  readonly afterMs: number;
  /** Undefined: the connection breaks. */
  readonly status: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request goes on at the subscriber although its caller hung up. */
  readonly heedsNoAbort?: boolean;
}

interface Reply {
  readonly event: FlowEvent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** In runs with small bounds a channel that keeps it cuts it into chunks. */
const LARGE_REPLY_BYTES = 300;

/** One request and what may end it. */
interface Exchange {
  readonly courier: Courier;
  readonly url: string;
  isOpen: boolean;
  /** Undefined: the connection breaks. */
  end: (response: Response | undefined) => void;
  abandon: () => void;
}

export type Role = "subscriber" | "reply" | "sink";

/** An address of the simulated world: `http://{role}.{uid}/`. */
export function addressOf(role: Role, uid: string): string {
  return `http://${role}.${uid}/`;
}

export class Subscribers {
  /** Moods by address; those that are not in it are fast. */
  readonly tempers = new Map<string, Temper>();
  /** Subscribers that answer some events with another event, by address. */
  readonly replying = new Map<string, Replying>();
  readonly #world: World;
  /** Address and event -> the answer of a subscriber that always gives the same. */
  readonly #alike = new Map<string, Reply | undefined>();
  #replies = 0;

  constructor(world: World) {
    this.#world = world;
  }

  fetch(courier: Courier, url: string, init: RequestInit): Promise<Response> {
    // As the runtime does: an event whose parts were read past the deadline is not sent any more.
    if (init.signal?.aborted) return Promise.reject(new Error("aborted"));
    return new Promise((resolve, reject) => {
      courier.openRequests++;
      const exchange: Exchange = { courier, url, isOpen: true, end: () => {}, abandon: () => {} };
      const close = (end: () => void): void => {
        if (!exchange.isOpen) return;
        exchange.isOpen = false;
        courier.openRequests--;
        end();
      };
      exchange.end = (response) => close(() => (response === undefined ? reject(reset()) : resolve(response)));
      init.signal?.addEventListener("abort", () => {
        exchange.abandon();
        close(() => reject(new Error("aborted")));
      });
      messageOf(init).then(
        (message) => this.#received(exchange, message),
        () => exchange.end(undefined),
      );
    });
  }

  #received(exchange: Exchange, message: Message): void {
    const { id } = message;
    const { clock, flows, ledger, trace } = this.#world;
    const { courier, url } = exchange;
    const expected = courier.expected(url, id);
    ledger.requested({ courier, url, id, token: expected?.token, message });
    flows.received(url, id);
    const answer = this.#answerOf(url);
    const { status } = answer;
    const cancel = clock.schedule(answer.afterMs, () => {
      trace.note("answered", url, id, status ?? 0);
      const reply = status === 200 ? this.#replyTo(url, id) : undefined;
      if (status === 200 || status === 202) {
        flows.said(url, id, reply?.event);
        if (exchange.isOpen) ledger.taken({ courier, url, id, reply: reply?.event.id });
        this.#answered(courier, id, { expected, reply: reply?.event.id });
      }
      const headers = reply?.headers ?? answer.headers ?? {};
      exchange.end(status === undefined ? undefined : new Response(reply?.body ?? null, { status, headers }));
    });
    // Some go on although their caller hung up.
    if (!answer.heedsNoAbort) exchange.abandon = cancel;
  }

  /** The courier goes on with the reply, under a number that no lease has. */
  #answered(
    courier: Courier,
    id: string,
    { expected, reply }: { readonly expected: Expected | undefined; readonly reply: string | undefined },
  ): void {
    if (expected === undefined) return;
    const { token, replyTo } = expected;
    if (token.purpose === "deliver") this.#world.flows.answered(token.subscription, id, reply);
    if (reply === undefined || replyTo?.kind !== "url") return;
    courier.expect(replyTo.url, reply, {
      token: { ...token, purpose: "reply", attempt: -token.attempt },
      replyTo: undefined,
      dropsReply: true,
    });
  }

  #answerOf(url: string): Answer {
    const { random, weather } = this.#world;
    const trouble = random.perMille(weather.subscriberTrouble);
    const temper = trouble ? random.pick(TEMPERS) : (this.tempers.get(url) ?? "fast");
    const good = this.replying.has(url) ? 200 : 202;
    switch (temper) {
      case "fast":
        return { afterMs: random.between(0, 20), status: good };
      case "slow":
        return { afterMs: random.between(800, 3_000), status: good };
      case "busy":
        return {
          afterMs: random.between(0, 20),
          status: random.pick([429, 503]),
          headers: { "retry-after": String(random.between(0, 20)) },
        };
      case "failing":
        return { afterMs: random.between(0, random.pick([50, 1_500])), status: random.pick([500, 502, 404, 408]) };
      case "refusing":
        return { afterMs: random.between(0, 20), status: random.pick([400, 403, 422]) };
      case "hanging":
        return { afterMs: 3_600_000, status: good };
      case "too-late":
        return { afterMs: random.between(1_000, 30_000), status: good, heedsNoAbort: true };
      case "redirecting":
        return { afterMs: 1, status: 302, headers: { location: "http://elsewhere.example/" } };
      case "resetting":
        return { afterMs: random.between(0, 20), status: undefined };
      default:
        return temper satisfies never;
    }
  }

  #replyTo(url: string, id: string): Reply | undefined {
    if (this.replying.get(url) !== "alike") return this.#newReply(url, id, ["a", "b", "c"]);
    const request = `${url} ${id}`;
    // None of type a, which would begin a flow again.
    if (!this.#alike.has(request)) this.#alike.set(request, this.#newReply(url, id, ["b", "c"]));
    return this.#alike.get(request);
  }

  /** A reply that nobody else gives: its id names this very answer. */
  #newReply(url: string, id: string, types: readonly string[]): Reply | undefined {
    // Some of its answers are no replies.
    if (this.#world.random.below(4) === 0) return undefined;
    const reply = `reply-${++this.#replies}`;
    this.#world.trace.note("replied", url, id, this.#replies);
    const type = this.#world.random.pick(types);
    const attributes = { specversion: "1.0", id: reply, source: "/reply", type, subject: "r" };
    const { data } = this.#world.originals.make(attributes, this.#world.random.pick([0, 0, LARGE_REPLY_BYTES]));
    return { event: { id: reply, type }, headers: headersOf(attributes), body: data };
  }
}

function headersOf(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
}

function reset(): Error {
  return new Error("connection reset");
}
