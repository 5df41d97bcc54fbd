import { describe, expect, test } from "vitest";
import type { Delivery, LeaseAnswer, Settlement } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { ChannelWorld, eventOf, failure, outcomeOf, subscription } from "../kit/channel-world.ts";
import { SeededRandom } from "./seeded-random.ts";

/** What the test's subscribers have seen: subscription -> event id -> times answered with 2xx. */
type Seen = Map<string, Map<string, number>>;

const SUBSCRIPTIONS = [
  subscription("plain", { delivery: { ...subscription("x").delivery, retry: 3 } }),
  subscription("ordered", { ordering: "ordered", delivery: { ...subscription("x").delivery, retry: 2 } }),
  subscription("filtered", { filter: { kind: "attributes", attributes: { type: "b" } } }),
  subscription("replying", { filter: { kind: "attributes", attributes: { type: "a" } } }),
];

class Run {
  readonly world: ChannelWorld;
  readonly #seeded: SeededRandom;
  readonly seen: Seen = new Map();
  readonly accepted: { id: string; type: string; subject: string }[] = [];
  out: { delivery: Delivery; lease: LeaseAnswer }[] = [];
  late: Settlement[] = [];
  #count = 0;

  constructor(world: ChannelWorld, seed: number) {
    this.world = world;
    this.#seeded = new SeededRandom(seed);
  }

  random(): number {
    return this.#seeded.below(1_000_000) / 1_000_000;
  }

  pick(n: number): number {
    return Math.floor(this.random() * n);
  }

  async step(): Promise<void> {
    const dice = this.random();
    if (dice < 0.35) await this.append();
    else if (dice < 0.65) await this.lease();
    else if (dice < 0.9) await this.settleSome();
    else if (dice < 0.96) await this.world.advance(this.pick(3_000));
    else this.crash();
  }

  async append(): Promise<void> {
    const type = this.random() < 0.5 ? "a" : "b";
    const id = String(++this.#count);
    const subject = String(this.pick(3));
    const answer = await this.world.append([type], { attributes: { id, subject } });
    if (answer.kind === "accepted") this.accepted.push({ id, type, subject });
  }

  async lease(): Promise<void> {
    for (const lane of new Set(["shared", ...this.world.wakes])) {
      const lease = await this.world.lease({ lane, capacity: 1 + this.pick(5) });
      for (const delivery of lease.deliveries) this.out.push({ delivery, lease });
    }
  }

  async settleSome(healthy = false): Promise<void> {
    const settlements: Settlement[] = [];
    while (this.out.length > 0 && (healthy || this.random() < 0.7)) {
      const [{ delivery, lease }] = this.out.splice(this.pick(this.out.length), 1) as [(typeof this.out)[number]];
      settlements.push(this.answer(delivery, lease, healthy));
    }
    if (!healthy && this.random() < 0.1) this.late.push(...settlements);
    else await this.world.settle(...settlements);
    if (this.random() < 0.2 && this.late.length > 0) await this.world.settle(...this.late.splice(0));
  }

  answer(delivery: Delivery, lease: LeaseAnswer, healthy: boolean): Settlement {
    if (!healthy && this.random() < 0.2) return outcomeOf(delivery, failure(this.random() < 0.8 ? 503 : 400));
    const { attributes } = eventOf(lease, delivery).head;
    const id = String(attributes.id);
    const times = this.seen.get(delivery.token.subscription) ?? new Map<string, number>();
    times.set(id, (times.get(id) ?? 0) + 1);
    this.seen.set(delivery.token.subscription, times);
    if (delivery.token.subscription !== "replying") return outcomeOf(delivery, { kind: "delivered", status: 200 });
    const head = {
      attributes: { specversion: "1.0", source: "/r", type: "b", id: `reply-${id}`, subject: "r" },
      headers: [],
      hops: 9,
    };
    return outcomeOf(delivery, {
      kind: "delivered",
      status: 200,
      reply: encodeEvent({ head, data: new Uint8Array(0) }),
    });
  }

  crash(): void {
    this.out = [];
    this.world.start();
  }

  async heal(): Promise<void> {
    if (this.late.length > 0) await this.world.settle(...this.late.splice(0));
    for (let quiet = 0, round = 0; quiet < 4 && round < 400; round++) {
      await this.world.advance(20_000);
      const before = this.out.length;
      await this.lease();
      for (const { uid } of SUBSCRIPTIONS) {
        const lease = await this.world.lease({ lane: uid });
        for (const delivery of lease.deliveries) this.out.push({ delivery, lease });
      }
      quiet = this.out.length === before && before === 0 ? quiet + 1 : 0;
      await this.settleSome(true);
    }
  }
}

/** Ids that subscription's deliveries are parked for. */
async function parked(world: ChannelWorld): Promise<Set<string>> {
  const ids = new Set<string>();
  const answer = await world.channel.operate({ verb: "deliveries", selector: { state: ["parked"] }, limit: 500 });
  if (answer.kind !== "ok") throw new Error(answer.message);
  const log = await world.channel.operate({ verb: "log", limit: 500 });
  if (log.kind !== "ok") throw new Error(log.message);
  const byPosition = new Map(
    (log.body.items as { position: string; attributes: { id: string } }[]).map((each) => [
      each.position,
      each.attributes.id,
    ]),
  );
  for (const item of answer.body.items as { subscription: string; position: string }[]) {
    ids.add(`${item.subscription} ${byPosition.get(item.position)}`);
  }
  return ids;
}

describe("whatever order things happen in", () => {
  const seeds = [...Array.from({ length: 60 }, (_, index) => index + 1), 2727];
  test.each(seeds)("[RND-1] every accepted event ends for every matching subscription (seed %i)", async (seed) => {
    const world = await ChannelWorld.with(...SUBSCRIPTIONS);
    const run = new Run(world, seed);
    for (let step = 0; step < 120; step++) await run.step();
    await run.heal();
    const isParked = await parked(world);
    const missing: string[] = [];
    for (const { id, type } of run.accepted) {
      for (const { uid } of SUBSCRIPTIONS) {
        const wanted = uid === "plain" || uid === "ordered" || (uid === "filtered" ? type === "b" : type === "a");
        const delivered = run.seen.get(uid)?.get(id) ?? 0;
        if (wanted && delivered === 0 && !isParked.has(`${uid} ${id}`)) missing.push(`${uid} ${id}`);
        if (!wanted && delivered > 0) missing.push(`${uid} saw ${id} against its filter`);
      }
    }
    expect(missing).toEqual([]);
    const log = await world.channel.operate({ verb: "log", limit: 500 });
    if (log.kind !== "ok") throw new Error(log.message);
    const ids = (log.body.items as { attributes: { id: string } }[]).map((each) => each.attributes.id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const stats = await world.stats();
    for (const each of stats.subscriptions as { behind: number; inFlight: number; retrying: number }[]) {
      expect(each).toMatchObject({ behind: 0, inFlight: 0, retrying: 0 });
    }
  });
});
