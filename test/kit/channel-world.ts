/** A channel engine on `node:sqlite` with a virtual clock: tests play producer and courier themselves. */

import { DatabaseSync } from "node:sqlite";
import { Channel } from "../../src/channel/channel.ts";
import { takeOver } from "../../src/channel/configure.ts";
import { ChannelStorage } from "../../src/channel/storage.ts";
import type {
  ChannelConfiguration,
  Delivery,
  LeaseAnswer,
  Outcome,
  SubscriptionConfiguration,
} from "../../src/core/channel-protocol.ts";
import { SHARED_LANE } from "../../src/core/channel-protocol.ts";
import { concatBytes, decodeEvent, encodeEvent } from "../../src/core/event-codec.ts";
import { CHANNEL_MIGRATIONS } from "./channel-migrations.ts";
import { nodeSql } from "./node-sql.ts";
import { settled, VirtualClock } from "./virtual-clock.ts";

export function subscription(
  uid: string,
  overrides: Partial<SubscriptionConfiguration> = {},
): SubscriptionConfiguration {
  return {
    uid,
    namespace: "default",
    name: uid,
    filter: { kind: "everything" },
    subscriber: { kind: "url", url: `http://${uid}.example/` },
    reply: { kind: "channel-itself" },
    delivery: { retry: 0, backoffMaxMs: 3_600_000, timeoutMs: 30_000, retryAfterMaxMs: 3_600_000, format: "binary" },
    ordering: "unordered",
    breakerFailures: 20,
    startFrom: { kind: "latest" },
    ...overrides,
  };
}

const NAME = "default/broker/default";

export class ChannelWorld {
  readonly clock = new VirtualClock();
  readonly database = new DatabaseSync(":memory:");
  readonly wakes: string[] = [];
  readonly logs: Readonly<Record<string, unknown>>[] = [];
  alarmAtMs: number | undefined;
  aborted: string | undefined;
  /** Jitter, and the mark of the instances that start from now on. */
  random = 0;
  /** Set to make the next commits fail. */
  failSync: Error | undefined;
  /** While set, commits are written but not yet durable. */
  slowSync: Promise<void> | undefined;
  channel!: Channel;
  #version = 0;
  #configuration: ChannelConfiguration | undefined;
  #ends: (() => void)[] = [];

  static async with(...subscriptions: readonly SubscriptionConfiguration[]): Promise<ChannelWorld> {
    const world = new ChannelWorld();
    world.#storage().migrate(CHANNEL_MIGRATIONS);
    const configuration = world.#next({ subscriptions });
    takeOver(world.#storage(), NAME, configuration);
    world.start();
    world.channel.configure(configuration);
    await settled();
    return world;
  }

  async configure(change: Partial<ChannelConfiguration>): Promise<void> {
    await this.channel.configure(this.#next(change));
  }

  /** Another resource has the channel's name from now on. */
  async takenOverBy(uid: string): Promise<void> {
    const configuration = this.#next({ uid });
    takeOver(this.#storage(), NAME, configuration);
    this.start();
    await this.channel.configure(configuration);
  }

  /** A new instance on the same storage, as after a crash: whatever was in memory is gone. */
  start(): void {
    this.channel?.stop();
    this.wakes.length = 0;
    this.#ends = [];
    this.channel = new Channel(
      {
        sync: async () => {
          if (this.failSync !== undefined) throw this.failSync;
          await this.slowSync;
        },
        now: () => this.clock.nowMs,
        random: () => this.random,
        schedule: this.clock.schedule,
        setAlarm: (atMs) => {
          this.alarmAtMs = atMs;
        },
        wake: (lane) => {
          this.wakes.push(lane);
          return new Promise((resolve) => this.#ends.push(resolve));
        },
        abort: (reason) => {
          this.aborted = reason;
        },
        log: (record) => this.logs.push(record),
      },
      this.#storage(),
    );
  }

  /** Ends all courier calls that are open. */
  async couriersEnd(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await settled();
  }

  /** Posts events of this type; returns when they are durable. */
  async append(
    types: readonly string[],
    options: { key?: string; attributes?: Record<string, string>; bytes?: number } = {},
  ) {
    const events = types.map((type, index) =>
      encodeEvent({
        head: {
          attributes: { specversion: "1.0", id: `${type}-${index}`, source: "/test", type, ...options.attributes },
          headers: [],
          hops: 255,
        },
        data: new Uint8Array(options.bytes ?? 0).fill(7),
      }),
    );
    const key = options.key === undefined ? {} : { key: options.key };
    const calls = [{ lengths: events.map((event) => event.length), ...key }];
    const answer = await this.channel.append({ bytes: concatBytes(events), calls });
    await settled();
    return answer;
  }

  async lease(
    options: { lane?: string; capacity?: number; settlements?: ReturnType<typeof outcomeOf>[] } = {},
  ): Promise<LeaseAnswer> {
    const { lane = SHARED_LANE, capacity = 100, settlements = [] } = options;
    return this.channel.lease({ lane, settlements, capacity, holdMs: 0 });
  }

  async settle(...settlements: ReturnType<typeof outcomeOf>[]): Promise<void> {
    await this.lease({ capacity: 0, settlements });
    await settled();
  }

  /** Lets the alarm come if it is due within this time, and timers run. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs + ms;
    while (this.alarmAtMs !== undefined && this.alarmAtMs <= untilMs) {
      const atMs = this.alarmAtMs;
      await this.clock.advance(Math.max(0, atMs - this.clock.nowMs));
      if (this.alarmAtMs === atMs) this.alarmAtMs = undefined;
      this.channel.alarm();
      await settled();
    }
    await this.clock.advance(Math.max(0, untilMs - this.clock.nowMs));
  }

  async stats(): Promise<Record<string, unknown>> {
    const answer = await this.channel.operate({ verb: "stats" });
    if (answer.kind !== "ok") throw new Error(JSON.stringify(answer));
    return answer.body;
  }

  #storage(): ChannelStorage {
    return new ChannelStorage(nodeSql(this.database));
  }

  #next(change: Partial<ChannelConfiguration>): ChannelConfiguration {
    this.#version++;
    this.#configuration = {
      uid: "channel-uid",
      retentionMs: 86_400_000,
      parkedRetentionMs: 14 * 86_400_000,
      subscriptions: [],
      ...this.#configuration,
      ...change,
      version: this.#version,
      hash: String(this.#version),
    };
    return this.#configuration;
  }
}

/** Types of the leased events, in the order of the deliveries. */
export function leasedTypes(answer: LeaseAnswer): string[] {
  return answer.deliveries.map((delivery) => String(eventOf(answer, delivery).head.attributes.type));
}

export function eventOf(answer: LeaseAnswer, delivery: Delivery) {
  const place = answer.events[delivery.event];
  if (place === undefined) throw new Error("a delivery without an event");
  return decodeEvent(answer.bytes.slice(place.start, place.end));
}

export function outcomeOf(delivery: Delivery, outcome: Outcome, tookMs = 1) {
  return { token: delivery.token, outcome, tookMs };
}

export const ok: Outcome = { kind: "delivered", status: 200 };

export function failure(status: number, retryAfterMs?: number): Outcome {
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: "failed", status, errorData: btoa("sorry"), reason: String(status), ...after };
}
