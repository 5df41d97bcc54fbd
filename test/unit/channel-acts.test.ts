import { describe, expect, test } from "vitest";
import type { Delivery } from "../../src/core/channel-protocol.ts";
import { ChannelWorld, failure, leasedTypes, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

const LARGE = 1_200_000;
const DAY_MS = 86_400_000;
const patient = { ...subscription("x").delivery, retry: 5, backoffPolicy: "linear" as const, backoffDelayMs: 600_000 };

function only(deliveries: readonly Delivery[]): Delivery {
  const [delivery] = deliveries;
  if (delivery === undefined || deliveries.length !== 1) throw new Error(`${deliveries.length} deliveries`);
  return delivery;
}

function count(world: ChannelWorld, table: string): number {
  return Number(world.database.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.n);
}

async function leaseOne(world: ChannelWorld, lane = "shared"): Promise<Delivery> {
  return only((await world.lease({ lane })).deliveries);
}

async function counters(world: ChannelWorld): Promise<Record<string, number>> {
  const [first] = (await world.stats()).subscriptions as { counters: Record<string, number> }[];
  return first?.counters ?? {};
}

describe("what people do to a channel", () => {
  test("[ACT-1] a deleted subscription is never leased again, and nothing of it stays", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: patient }));
    await world.append(["a", "b"]);
    const { deliveries } = await world.lease({ capacity: 1 });
    await world.settle(outcomeOf(only(deliveries), failure(500)));
    world.configure({ subscriptions: [] });
    expect(world.logs).toMatchObject([{ event: "subscription.removed", subscription: "s", discarded: 2, unread: 0 }]);
    await world.advance(3_600_000);
    for (const lane of ["shared", "s"]) expect((await world.lease({ lane })).deliveries).toEqual([]);
    expect([count(world, "straggler"), count(world, "position")]).toEqual([0, 0]);
  });

  test("[ACT-2] deleting one subscription leaves another's parked large event whole", async () => {
    const world = await ChannelWorld.with(subscription("one"), subscription("two"));
    await world.append(["a"], { bytes: LARGE });
    const { deliveries } = await world.lease();
    await world.settle(...deliveries.map((each) => outcomeOf(each, failure(400))));
    await world.advance(2 * DAY_MS);
    expect(count(world, "chunk")).toBe(2);
    world.configure({ subscriptions: [subscription("two")] });
    expect([count(world, "straggler"), count(world, "chunk")]).toEqual([1, 2]);
  });

  test("[ACT-3] discarding the last parked delivery of a large event lets its chunks go", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"], { bytes: LARGE });
    await world.settle(outcomeOf(await leaseOne(world), failure(400)));
    await world.advance(2 * DAY_MS);
    await world.channel.operate({ verb: "discard", selector: { state: ["parked"] }, dryRun: false });
    expect([count(world, "straggler"), count(world, "chunk")]).toEqual([0, 0]);
  });

  test("[ACT-4] a lease that expires while retention is due is parked with its data", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"], { bytes: LARGE });
    await leaseOne(world);
    world.clock.nowMs += 2 * DAY_MS;
    world.channel.alarm();
    await world.advance(1_000);
    expect([count(world, "straggler"), count(world, "chunk")]).toEqual([1, 2]);
  });

  test("[ACT-5] discarding the breaker's probe lets another one probe", async () => {
    const delivery = { ...patient, backoffDelayMs: 1 };
    const world = await ChannelWorld.with(subscription("s", { breakerFailures: 1, delivery }));
    await world.append(["a"]);
    await world.settle(outcomeOf(await leaseOne(world), failure(500)));
    await world.append(["b"]);
    await world.advance(1_000);
    await leaseOne(world, "s");
    await world.channel.operate({ verb: "discard", selector: { ids: ["1"] }, dryRun: false });
    expect(leasedTypes(await world.lease({ lane: "s" }))).toEqual(["b"]);
  });

  test("[ACT-6] skip settles what it passes over and delivers nothing ahead of it twice", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: patient }));
    await world.append(["1", "2", "3", "4"]);
    const { deliveries } = await world.lease();
    const [first, second, third, fourth] = deliveries;
    if (first === undefined || second === undefined || third === undefined || fourth === undefined) throw new Error();
    await world.settle(outcomeOf(first, failure(500)), outcomeOf(third, ok));
    const to = { kind: "position", position: "0-3" } as const;
    const answer = await world.channel.operate({ verb: "skip", subscription: "s", to, dryRun: false });
    expect(answer).toMatchObject({ kind: "ok", body: { discarded: 2 } });
    await world.settle(outcomeOf(second, ok), outcomeOf(fourth, ok));
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await counters(world)).toMatchObject({ delivered: 2, discarded: 2 });
    expect(count(world, "straggler")).toBe(0);
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[ACT-7] replay brings a straggler that was out back too", async () => {
    const delivery = { ...patient, backoffDelayMs: 1_000 };
    const world = await ChannelWorld.with(subscription("s", { delivery }));
    await world.append(["a", "b"]);
    const { deliveries } = await world.lease({ capacity: 1 });
    await world.settle(outcomeOf(only(deliveries), failure(500)));
    await world.advance(1_000);
    await world.lease();
    const to = { kind: "position", position: "0-2" } as const;
    await world.channel.operate({ verb: "replay", subscription: "s", to: { kind: "earliest" }, dryRun: true });
    await world.channel.operate({ verb: "skip", subscription: "s", to, dryRun: true });
    await world.channel.operate({ verb: "replay", subscription: "s", to: { kind: "earliest" }, dryRun: false });
    expect(leasedTypes(await world.lease())).toEqual(["a", "b"]);
  });

  test("[ACT-8] a straggler that a new filter rejects while it is out ends with that attempt, discarded", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: { ...patient, backoffDelayMs: 1_000 } }));
    await world.append(["a"]);
    await world.settle(outcomeOf(await leaseOne(world), failure(500)));
    await world.advance(1_000);
    const out = await leaseOne(world);
    const filter = { kind: "attributes", attributes: { type: "b" } } as const;
    world.configure({ subscriptions: [subscription("s", { filter })] });
    await world.settle(outcomeOf(out, failure(500)));
    await world.advance(60_000);
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
    expect([count(world, "straggler"), (await counters(world)).discarded]).toEqual([0, 1]);
  });
});

describe("a paused subscription", () => {
  test("[ACT-9] that is moved to the end still gets what comes while it is paused", async () => {
    const world = await ChannelWorld.with(subscription("s", { paused: true }));
    await world.append(["a"]);
    await world.channel.operate({ verb: "replay", subscription: "s", to: { kind: "earliest" }, dryRun: false });
    await world.channel.operate({ verb: "skip", subscription: "s", to: { kind: "latest" }, dryRun: false });
    await world.channel.operate({ verb: "replay", subscription: "s", to: { kind: "latest" }, dryRun: false });
    await world.append(["b"]);
    await world.configure({ subscriptions: [subscription("s")] });
    expect(leasedTypes(await world.lease())).toEqual(["b"]);
  });
});

describe("skip", () => {
  test("[ACT-6] ends what is out below it, also what a changed filter left for the scan to find", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a", "b"]);
    expect((await world.lease()).deliveries).toHaveLength(2);
    const filter = { kind: "attributes", attributes: { source: "/test" } } as const;
    await world.configure({ subscriptions: [subscription("s", { filter })] });
    await world.channel.operate({ verb: "skip", subscription: "s", to: { kind: "latest" }, dryRun: false });
    expect((await world.stats()).subscriptions).toMatchObject([{ behind: 0, inFlight: 0 }]);
  });
});

describe("retention", () => {
  test("[RET-1] goes on through restarts that come more often than it", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    for (let hour = 0; hour < 72; hour++) {
      await world.append([`e${hour}`]);
      await world.settle(outcomeOf(await leaseOne(world), ok));
      await world.advance(3_600_000);
      world.start();
      await world.advance(1_000);
    }
    expect(count(world, "segment")).toBeLessThanOrEqual(26);
  });

  test("[RET-2] a shorter retention applies at once", async () => {
    const world = await ChannelWorld.with();
    await world.append(["a"]);
    await world.append(["b"]);
    await world.advance(3_600_000);
    world.configure({ retentionMs: 60_000 });
    await world.advance(1_000);
    expect(await world.channel.operate({ verb: "log", limit: 10 })).toMatchObject({ kind: "ok", body: { items: [] } });
  });

  test("[RET-3] what expires within a minute goes in one pass, and never before its time", async () => {
    const world = await ChannelWorld.with();
    for (let second = 0; second < 30; second++) {
      await world.append([`e${second}`]);
      await world.advance(1_000);
    }
    const passes: number[] = [];
    for (let second = 0; second < 120; second++) {
      const before = count(world, "segment");
      await world.advance(second === 0 ? 86_400_000 - 30_000 : 1_000);
      if (count(world, "segment") < before) passes.push(count(world, "segment"));
    }
    // The newest stays, because it says where the sequence goes on.
    expect(passes).toEqual([1]);
  });

  test("[RET-4] parked deliveries expire at their own time while the channel goes on, many in one pass", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.configure({ parkedRetentionMs: 100_000 });
    for (let second = 0; second < 5; second++) {
      await world.append([`e${second}`]);
      await world.settle(outcomeOf(await leaseOne(world), failure(400)));
      await world.advance(1_000);
    }
    const seen: number[] = [];
    for (let second = 0; second < 120; second++) {
      await world.append(["busy"]);
      await world.settle(outcomeOf(await leaseOne(world), ok));
      await world.advance(1_000);
      if (seen.at(-1) !== count(world, "straggler")) seen.push(count(world, "straggler"));
    }
    // A tenth of the time passes for company: the first five go together, none before its time.
    expect(seen).toEqual([5, 0]);
    expect((await counters(world)).discarded).toBe(5);
  });
});
