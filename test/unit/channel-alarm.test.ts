import { describe, expect, test } from "vitest";
import { WATCHDOG_MS } from "../../src/channel/limits.ts";
import { ChannelWorld, failure, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

const HOUR_MS = 3_600_000;

describe("the alarm, whatever is lost", () => {
  test("[ALM-1] an unread backlog is watched from the start, so that a lost wake-up leaves nothing behind", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    world.alarmAtMs = undefined;
    world.start();
    expect(world.alarmAtMs).toBe(world.clock.nowMs + WATCHDOG_MS);
  });

  test("[ALM-2] what storage does not know yet keeps an alarm near: it would come again after a crash", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, ok));
    world.alarmAtMs = undefined;
    world.channel.alarm();
    expect(world.alarmAtMs).toBe(world.clock.nowMs + WATCHDOG_MS);
  });

  test("[ALM-6] an alarm that comes while events are being committed stays near: only storage knows them", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    const commit = Promise.withResolvers<void>();
    world.slowSync = commit.promise;
    void world.append(["a"]);
    world.alarmAtMs = undefined;
    world.channel.alarm();
    expect(world.alarmAtMs).toBe(world.clock.nowMs + WATCHDOG_MS);
    commit.resolve();
  });

  test("[ALM-7] a delivery that a restart parks keeps an alarm near until that is stored", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a", "b"]);
    const [, b] = (await world.lease()).deliveries;
    if (b === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(b, ok));
    await world.advance(30);
    // Its last attempt: the first was out at the crash before.
    world.start();
    await world.lease();
    await world.advance(30);
    world.alarmAtMs = undefined;
    world.start();
    expect(world.logs.map(({ event }) => event)).toEqual(["delivery.parked"]);
    expect(world.alarmAtMs).toBe(world.clock.nowMs + WATCHDOG_MS);
  });

  test("[ALM-3] a retention pass that waits for its commit is not asked for every millisecond", async () => {
    const world = await ChannelWorld.with(subscription("s", { paused: true }));
    await world.append(["a"]);
    const commit = Promise.withResolvers<void>();
    world.slowSync = commit.promise;
    void world.append(["b"]);
    world.clock.nowMs += 48 * HOUR_MS;
    world.alarmAtMs = undefined;
    world.channel.alarm();
    expect(world.alarmAtMs).toBe(world.clock.nowMs + WATCHDOG_MS);
    commit.resolve();
  });
});

describe("settled outcomes", () => {
  test("[ALM-4] are stored within their own time, however long the journal waits", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a", "b"]);
    const [a, b] = (await world.lease()).deliveries;
    if (a === undefined || b === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, ok));
    // Stored, with the journal row of it still waiting for company.
    await world.advance(30);
    await world.settle(outcomeOf(b, ok));
    await world.advance(30);
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[ALM-5] a failure from before a restart does not end the attempt of the same number given out after it", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const [before] = (await world.lease()).deliveries;
    world.random = 0.5;
    world.start();
    const [after] = (await world.lease()).deliveries;
    if (before === undefined || after === undefined) throw new Error("nothing leased");
    expect(after.token.attempt).toBe(before.token.attempt);
    await world.settle(outcomeOf(before, failure(400)));
    expect(await world.stats()).toMatchObject({ subscriptions: [{ inFlight: 1, counters: { parked: 0 } }] });
    await world.settle(outcomeOf(after, failure(400)));
    expect(await world.stats()).toMatchObject({ subscriptions: [{ inFlight: 0, counters: { parked: 1 } }] });
  });
});
