import { expect, test } from "vitest";
import { FAR_BEHIND_EVENTS, WINDOW_ENTRIES } from "../../src/channel/limits.ts";
import { ChannelWorld, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

/** Work for one courier with two slots: the healthy subscriber answers, the other keeps its slots. */
async function serve(world: ChannelWorld): Promise<void> {
  const { deliveries } = await world.lease({ capacity: 2 });
  const answered = deliveries.filter(({ token }) => token.subscription === "well");
  await world.settle(...answered.map((delivery) => outcomeOf(delivery, ok)));
}

/** The shared lane's four couriers, filled in less time than it takes to know that a subscriber hangs. */
async function filledLane(): Promise<ChannelWorld> {
  const world = await ChannelWorld.with(subscription("hanging"), subscription("well"));
  for (let courier = 1; courier <= 4; courier++) {
    await world.append(["a", "b"]);
    await serve(world);
    await world.advance(courier < 4 ? 300 : 0);
  }
  return world;
}

test("[LAN-1] couriers that a hanging subscriber fills are replaced in time for its neighbours", async () => {
  const world = await filledLane();
  expect(world.wakes).toEqual(["shared", "shared", "shared", "shared"]);
  await world.append(["c"]);
  await world.advance(1_400);
  expect(world.wakes.filter((lane) => lane === "shared").length).toBe(5);
});

test("[LAN-2] the couriers of a lane stay bounded, however long nobody asks for work", async () => {
  const world = await filledLane();
  await world.append(["c"]);
  await world.advance(28_000);
  const count = (wanted: string) => world.wakes.filter((lane) => lane === wanted).length;
  expect([count("shared"), count("hanging")]).toEqual([8, 4]);
});

test("[LAN-3] many subscriptions with lanes of their own do not have four couriers each", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `hanging-${index}`);
  const world = await ChannelWorld.with(...names.map((name) => subscription(name)));
  for (let round = 0; round < 20; round++) {
    await world.append(["a"]);
    for (const lane of ["shared", ...names]) await world.lease({ lane, capacity: 1 });
    await world.advance(1_200);
  }
  const own = world.wakes.filter((lane) => lane !== "shared");
  expect(new Set(own).size).toBe(20);
  // Those that came first may have had a second one before there were twelve: six of them.
  expect(own.length).toBeLessThanOrEqual(26);
});

test("[LAN-4] subscriptions that lag alike share a lane; one that is far behind the others has its own", async () => {
  const world = await ChannelWorld.with();
  const hundred = Array.from({ length: 100 }, () => "old");
  const rounds = Math.ceil((FAR_BEHIND_EVENTS + WINDOW_ENTRIES + 1) / 100);
  for (let round = 0; round < rounds; round++) await world.append(hundred);
  const lagging = ["left", "right"].map((uid) => subscription(uid, { startFrom: { kind: "earliest" } }));
  await world.configure({ subscriptions: lagging });
  await world.advance(1_000);
  await world.lease({ capacity: 0 });
  await world.append(["new"]);
  expect(new Set(world.wakes)).toEqual(new Set(["shared"]));
  const served = [await world.lease({ capacity: 1 }), await world.lease({ capacity: 1 })];
  const together = served.flatMap(({ deliveries }) => deliveries.map(({ token }) => token.subscription));
  expect(together.toSorted()).toEqual(["left", "right"]);

  await world.configure({ subscriptions: [...lagging, subscription("present")] });
  await world.advance(500);
  await world.append(["newest"]);
  const shared = await world.lease();
  expect(shared.deliveries.map(({ token }) => token.subscription)).toEqual(["present"]);
  expect(new Set(world.wakes)).toEqual(new Set(["shared", "left", "right"]));
});

test("[LAN-5] what a courier has no room for finds another, although nothing else happens in the channel", async () => {
  const world = await ChannelWorld.with(subscription("hanging"), subscription("well"));
  await world.append(["a"]);
  const { deliveries } = await world.lease({ capacity: 1 });
  expect(deliveries.map(({ token }) => token.subscription)).toEqual(["hanging"]);
  await world.advance(500);
  expect(world.wakes).toEqual(["shared", "shared"]);
});

test("[LAN-6] a process that stands still wakes no more couriers: those at work got no time to ask", async () => {
  const world = await ChannelWorld.with(subscription("well"));
  await world.append(["a", "b"]);
  for (let round = 0; round < 10; round++) {
    const { deliveries } = await world.lease({ capacity: 1 });
    // Nothing in the process runs for that long, not even its timers.
    world.clock.nowMs += 400;
    await world.append(["c"]);
    await world.settle(...deliveries.map((delivery) => outcomeOf(delivery, ok)));
    await world.advance(1);
  }
  expect(world.wakes).toEqual(["shared"]);
  // The same time again, but now all else goes on.
  await world.advance(400);
  expect(world.wakes).toEqual(["shared", "shared"]);
});

test("[LAN-7] a process that stands still before its first courier asks wakes no second one", async () => {
  const world = await ChannelWorld.with(subscription("well"));
  await world.append(["a"]);
  world.clock.nowMs += 600;
  await world.append(["b"]);
  expect(world.wakes).toEqual(["shared"]);
});

test("[LAN-8] a full window moves on past a delivery that hangs, although nobody asks for work and nothing else happens", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  const events = WINDOW_ENTRIES + 100;
  for (let left = events; left > 0; left -= 500) await world.append(Array(Math.min(left, 500)).fill("a"));
  const leased = [];
  for (let round = 0; round < 20; round++) leased.push(...(await world.lease({ capacity: 1_000 })).deliveries);
  expect(leased.length).toBe(WINDOW_ENTRIES);
  await world.settle(...leased.slice(1).map((delivery) => outcomeOf(delivery, ok)));
  world.wakes.length = 0;
  await world.advance(1_300);
  expect(world.wakes).toContain("s");
  expect((await world.lease({ lane: "s", capacity: 1_000 })).deliveries.length).toBe(100);
});
