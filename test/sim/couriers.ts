/** Couriers at work: the product's own run, over simulated calls, ended at any moment. */
import type { ChannelHost } from "../../src/channel/host.ts";
import type { ChannelName } from "../../src/core/channel-name.ts";
import type { LeaseAnswer, LeaseRequest, Settlement, Target, Token } from "../../src/core/channel-protocol.ts";
import type { CourierPorts } from "../../src/courier/ports.ts";
import { runCourier } from "../../src/courier/run-courier.ts";
import { attemptName } from "./account.ts";
import { crossing } from "./crossing.ts";
import type { World } from "./world.ts";

export interface Assignment {
  readonly channel: ChannelName;
  readonly lane: string;
  readonly holdMs: number;
}

/** A request that it is to make, and where the answer's event is to go. */
export interface Expected {
  readonly token: Token;
  readonly replyTo: Target | undefined;
  /** The answer's event goes nowhere. */
  readonly dropsReply: boolean;
}

export interface Given {
  readonly url: string;
  readonly id: string;
  readonly replyTo: Target | undefined;
  readonly dropsReply: boolean;
}

export class Courier {
  readonly number: number;
  /** What it was given and has not sent yet, by subscriber's address and event. */
  readonly #expected = new Map<string, Expected[]>();
  /** Each attempt that goes to a subscriber, by name. */
  readonly given = new Map<string, Given>();
  /** Outcomes that it has reported, or tried to. */
  readonly reported = new Map<Settlement, { calls: number; isHeard: boolean }>();
  readonly #timers = new Set<() => void>();
  readonly #abort: () => void;
  isAlive = true;
  openRequests = 0;

  constructor(number: number, abort: () => void) {
    this.number = number;
    this.#abort = abort;
  }

  /** Nothing it waits for reaches it any more. */
  kill(): void {
    this.isAlive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#abort();
  }

  readonly schedule = (clock: World["clock"], delayMs: number, work: () => void): (() => void) => {
    if (!this.isAlive) return () => {};
    const cancel = clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
    return () => {
      cancel();
      this.#timers.delete(cancel);
    };
  };

  expect(url: string, id: string, request: Expected): void {
    this.given.set(attemptName(request.token), { url, id, replyTo: request.replyTo, dropsReply: request.dropsReply });
    const key = `${url} ${id}`;
    const known = this.#expected.get(key);
    if (known === undefined) this.#expected.set(key, [request]);
    else known.push(request);
  }

  /** What it was given for this request, if it was. */
  expected(url: string, id: string): Expected | undefined {
    return this.#expected.get(`${url} ${id}`)?.shift();
  }

  /** What comes back to it while it lives. */
  reaches<T>(call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      call.then(
        (value) => {
          if (this.isAlive) resolve(value);
        },
        (error) => {
          if (this.isAlive) reject(error);
        },
      );
    });
  }
}

export class Couriers {
  readonly running = new Set<Courier>();
  readonly #world: World;
  readonly #window: number;
  readonly #budgetMs: number;
  readonly #maxChannelsServed: number;
  #started = 0;

  constructor(world: World, settings: { readonly window: number; readonly budgetMs: number }) {
    this.#world = world;
    this.#window = settings.window;
    this.#budgetMs = settings.budgetMs;
    this.#maxChannelsServed = world.random.pick([1, 2, 32, 32]);
  }

  /** Ends with the run; rejects when the courier is killed. */
  run({ channel, lane, holdMs }: Assignment): Promise<void> {
    return new Promise((resolve, reject) => {
      const courier: Courier = new Courier(++this.#started, () => {
        this.running.delete(courier);
        reject(new Error("the courier was killed"));
      });
      this.running.add(courier);
      this.#world.trace.note("courier starts", channel, lane, courier.number);
      const ended = (end: () => void): void => {
        if (!courier.isAlive) return;
        this.#world.trace.note("courier ends", channel, lane, courier.number);
        this.running.delete(courier);
        this.#world.ledger.courierEnded(courier);
        end();
      };
      runCourier(this.#ports(courier, holdMs), channel, lane).then(
        () => ended(resolve),
        (error) => ended(() => reject(error)),
      );
    });
  }

  killOne(): void {
    const [...all] = this.running;
    if (all.length === 0) return;
    const courier = this.#world.random.pick(all);
    this.#world.trace.note("courier killed", String(courier.number));
    courier.kill();
  }

  killAll(): void {
    for (const courier of [...this.running]) courier.kill();
  }

  #ports(courier: Courier, holdMs: number): CourierPorts {
    const { clock, subscribers } = this.#world;
    return {
      lease: (name, request) => courier.reaches(this.#lease(courier, name, request)),
      readPart: (name, blob, part) => courier.reaches(crossing(this.#world, name).readPart(blob, part)),
      appendTo: (name, request) => courier.reaches(crossing(this.#world, name).append(request)),
      fetch: (url, init) => courier.reaches(subscribers.fetch(courier, url, init)),
      fixedLength: () => new TransformStream<Uint8Array, Uint8Array>(),
      now: () => clock.nowMs,
      schedule: (delayMs, work) => courier.schedule(clock, delayMs, work),
      log: () => {},
      settings: { window: this.#window, holdMs, budgetMs: this.#budgetMs, maxChannelsServed: this.#maxChannelsServed },
    };
  }

  /** The ledger hears both ends in their own words, before anything is packed: what the wire changes is a fault. */
  async #lease(courier: Courier, name: ChannelName, request: LeaseRequest): Promise<LeaseAnswer> {
    const { ledger } = this.#world;
    let said: LeaseAnswer | undefined;
    for (const each of request.settlements) {
      const before = courier.reported.get(each);
      courier.reported.set(each, { calls: (before?.calls ?? 0) + 1, isHeard: false });
      ledger.claimed({ courier, settlement: each });
    }
    const answer = await crossing(this.#world, name, (host) => ({
      append: (unpacked) => host.append(unpacked),
      readPart: (blob, part) => host.readPart(blob, part),
      lease: async (unpacked) => {
        said = await this.#leaseOf(host, name, { request, unpacked });
        return said;
      },
    })).lease(request);
    for (const each of request.settlements) courier.reported.set(each, { calls: 1, isHeard: true });
    for (const { url, id, ...request } of said === undefined ? [] : ledger.expectedRequests(said)) {
      courier.expect(url, id, request);
    }
    return answer;
  }

  #leaseOf(
    host: ChannelHost,
    name: ChannelName,
    { request, unpacked }: { readonly request: LeaseRequest; readonly unpacked: LeaseRequest },
  ): Promise<LeaseAnswer> {
    const { ledger } = this.#world;
    const object = this.#world.object(name);
    const instance = object.living;
    const acted = ledger.reported(object, request.settlements);
    const lease = host.lease(unpacked);
    // It acts on outcomes before it waits for anything.
    if (object.living === instance) acted();
    return lease.then((leased) => {
      if (object.living === instance) ledger.leased(object, request, leased);
      return leased;
    });
  }
}
