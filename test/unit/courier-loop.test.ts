import { expect, test } from "vitest";
import type { ChannelName } from "../../src/core/channel-name.ts";
import type { AppendAnswer } from "../../src/core/channel-protocol.ts";
import { runCourier } from "../../src/courier/run-courier.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { CHANNEL, CourierWorld, route } from "./courier-loop-world.ts";

/** Past every bound within which a run ends by itself when nothing hangs, milliseconds. */
const SOON_MS = 1_000;

function run(world: CourierWorld): Promise<void> {
  return world.clock.run(runCourier(world.ports, CHANNEL, "shared"));
}

test("[LOOP-1] a lane with nothing in it is left after one lease call", async () => {
  const world = new CourierWorld();
  await run(world);
  expect(world.channel.calls).toEqual([
    { channel: CHANNEL, lane: "shared", settlements: [], capacity: 8, holdMs: 50, atMs: 0 },
  ]);
});

test("[LOOP-2] the window is filled, refilled and never exceeded", async () => {
  const world = new CourierWorld();
  world.channel.add(100);
  await run(world);
  expect(world.mostInFlight).toBe(8);
  expect(world.channel.mostWorkCalls).toBe(1);
  expect(world.channel.mostReportCalls).toBeLessThanOrEqual(1);
  expect([...world.channel.settled.values()].map((each) => each.length)).toEqual(new Array(100).fill(1));
});

/** Lease calls for work, of a backlog whose deliveries end one by one. */
async function callsFor(deliveries: number, everyMs: number): Promise<readonly number[]> {
  const world = new CourierWorld();
  world.settings.window = 64;
  world.subscriber = (request) => ({
    ms: 20 + (request % 64) * everyMs,
    response: () => new Response(null, { status: 202 }),
  });
  world.channel.add(deliveries);
  await run(world);
  expect(world.channel.settled.size).toBe(deliveries);
  return world.channel.calls.map((call) => call.capacity).filter((capacity) => capacity > 0);
}

test("[LOOP-2] behind a backlog, slots that free up one by one are refilled many at a time", async () => {
  const [first, ...refills] = await callsFor(640, 0.25);
  expect(first).toBe(64);
  expect(refills.filter((capacity) => capacity < 8).length).toBeLessThan(16);
  expect(refills.length).toBeLessThan(640 / 12 + 16);
});

test("[LOOP-2] slots that free up slowly are refilled without waiting for others", async () => {
  const refills = await callsFor(128, 100);
  expect(refills.filter((capacity) => capacity < 8).length).toBeGreaterThan(32);
});

test("[LOOP-3] an outcome does not wait for a slow neighbour", async () => {
  const world = new CourierWorld();
  world.subscriber = (request) => ({
    ms: request === 0 ? 20_000 : 5,
    response: () => new Response(null, { status: 202 }),
  });
  world.channel.add(2);
  const reportedMs = new Map<number, number>();
  const { lease } = world.channel;
  world.channel.lease = (channel, request) => {
    for (const { token } of request.settlements) reportedMs.set(token.seq, world.elapsedMs);
    return lease.call(world.channel, channel, request);
  };
  await run(world);
  expect(reportedMs.get(2)).toBeLessThan(50);
  expect(reportedMs.get(1)).toBeGreaterThan(20_000);
});

for (const holdMs of [10_000]) {
  test(`[LOOP-4] a slow delivery does not stop new leases (hold ${holdMs} ms)`, async () => {
    const world = new CourierWorld();
    world.settings.holdMs = holdMs;
    const startedMs: number[] = [];
    world.subscriber = (request) => {
      startedMs.push(world.elapsedMs);
      return { ms: request === 0 ? 20_000 : 5, response: () => new Response(null, { status: 202 }) };
    };
    world.channel.add(1);
    world.clock.schedule(5_000, () => world.channel.add(1));
    await run(world);
    expect(startedMs).toHaveLength(2);
    expect(startedMs[1]).toBeLessThan(5_000 + 1_000);
  });
}

test("[LOOP-5] outcomes that come together are reported together", async () => {
  const world = new CourierWorld();
  world.settings.window = 256;
  world.channel.add(200);
  await run(world);
  const reports = world.channel.calls.filter((call) => call.settlements.length > 0);
  expect(reports.flatMap((call) => call.settlements)).toHaveLength(200);
  expect(reports.length).toBeLessThanOrEqual(8);
});

test("[LOOP-6] a run ends soon after short work", async () => {
  const world = new CourierWorld();
  world.channel.add(3);
  await run(world);
  expect(world.elapsedMs).toBeLessThan(SOON_MS);
});

test("[LOOP-7] a channel that answers at once instead of holding is not asked in a tight loop", async () => {
  const world = new CourierWorld();
  world.subscriber = () => ({ ms: 20_000, response: () => new Response(null, { status: 202 }) });
  world.channel.add(1);
  world.channel.isGone = true;
  await run(world);
  expect(world.channel.calls.length).toBeLessThan(60);
});

test("[LOOP-8] an RPC failure ends the run, and no outcome is lost once the channel works again", async () => {
  const world = new CourierWorld();
  world.subscriber = (request) => ({ ms: 100 * (request + 1), response: () => new Response(null, { status: 202 }) });
  world.channel.add(8);
  world.channel.isBroken = () => world.elapsedMs > 50 && world.elapsedMs < 600;
  await expect(run(world)).rejects.toThrow("the object restarted");
  expect([...world.channel.settled.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("[LOOP-9] a channel that stays broken does not keep the run", async () => {
  const world = new CourierWorld();
  world.channel.add(8);
  world.channel.isBroken = ({ settlements }) => settlements.length > 0;
  await expect(run(world)).rejects.toThrow("the object restarted");
  expect(world.elapsedMs).toBeLessThan(SOON_MS);
});

test("[LOOP-10] a lease call that is never answered fails", async () => {
  const world = new CourierWorld();
  world.channel.lease = () => new Promise(() => {});
  await expect(run(world)).rejects.toThrow("default/broker/default does not answer");
  expect(world.elapsedMs).toBeLessThan(60_000);
});

test("[LOOP-11] a hand-over that is never answered times out like any delivery", async () => {
  const world = new CourierWorld();
  const other = "default/channel/other" as ChannelName;
  world.append = () => new Promise(() => {});
  world.channel.add(
    1,
    route({ target: { kind: "channel", name: other, url: "http://sluice/other" }, wantsReply: false }),
  );
  await run(world);
  expect(world.channel.outcomes.map(({ outcome }) => outcome.kind)).toEqual(["failed"]);
});

const wanted: AppendAnswer = {
  kind: "accepted",
  calls: [{ kind: "stored", duplicate: false, position: "0-1" }],
  wantsCourier: true,
};

test("[LOOP-12] a channel that wants a courier for an event is served in the same run, without delay", async () => {
  const world = new CourierWorld();
  world.append = async () => wanted;
  const other = "default/channel/other" as ChannelName;
  world.channel.add(
    1,
    route({ target: { kind: "channel", name: other, url: "http://sluice/other" }, wantsReply: false }),
  );
  await run(world);
  const first = world.channel.calls.find((call) => call.channel === other);
  // Half of the window, while the first lane has something too.
  expect(first).toMatchObject({ lane: "shared", settlements: [], capacity: 4 });
  expect(first?.atMs).toBeLessThan(200);
});

test("[LOOP-13] a channel on the way is left five seconds after the run's own had something, however busy it is", async () => {
  const world = new CourierWorld();
  world.append = async () => wanted;
  const other = "default/channel/other" as ChannelName;
  world.channel.add(1, route({ target: { kind: "channel", name: other, url: "http://sluice/other" } }));
  const visits = () => world.channel.calls.filter((call) => call.channel === other);
  const { lease } = world.channel;
  world.channel.lease = (channel, request) => {
    const hasNothing = channel !== other && visits().length > 0;
    return lease.call(world.channel, channel, hasNothing ? { ...request, capacity: 0 } : request);
  };
  const trickle = (): void => {
    if (visits().length > 0) world.channel.add(1);
    if (world.elapsedMs < 20_000) world.clock.schedule(20, trickle);
  };
  trickle();
  await run(world);
  const [first, last] = [visits().at(0), visits().at(-1)];
  expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(4_800);
  expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThan(5_200);
});

test("[LOOP-14] twenty failures are logged and the others counted, without path, query or credentials", async () => {
  const world = new CourierWorld();
  world.subscriber = () => ({ ms: 5, response: () => new Response("secret", { status: 400 }) });
  world.channel.add(
    100,
    route({ target: { kind: "url", url: "http://user:pass@subscriber.test/hook/secret?key=secret" } }),
  );
  await run(world);
  expect(world.records.filter((record) => record.event === "delivery.failed").length).toBe(20);
  expect(world.records.filter((record) => record.event === "delivery.failures-not-logged")).toEqual([
    { event: "delivery.failures-not-logged", channel: "default/broker/default", count: 80 },
  ]);
  expect(JSON.stringify(world.records)).not.toMatch(/secret|pass/);
});

test("[LOOP-15] replies that come faster than they can be reported stop new work before they fill memory", async () => {
  const world = new CourierWorld();
  world.settings.window = 20;
  const headers = { "ce-specversion": "1.0", "ce-id": "r", "ce-source": "/r", "ce-type": "r" };
  const data = new Uint8Array(1_000_000);
  let unreported = 0;
  let most = 0;
  const perCall: number[] = [];
  world.subscriber = () => ({
    ms: 1,
    response: () => {
      most = Math.max(most, ++unreported);
      return new Response(data, { headers });
    },
  });
  const { lease } = world.channel;
  world.channel.lease = (channel, request) => {
    unreported -= request.settlements.length;
    perCall.push(request.settlements.length);
    return lease.call(world.channel, channel, request);
  };
  world.channel.add(120);
  await run(world);
  expect(world.channel.settled.size).toBe(120);
  // Eight megabytes are the limit, and what is in flight by then still comes.
  expect(most).toBeLessThanOrEqual(9 + 20);
  expect(Math.max(...perCall)).toBe(4);
});

test("[LOOP-16] whatever the latencies, every leased delivery is settled exactly once", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new SeededRandom(seed);
    const world = new CourierWorld();
    world.settings.window = 1 + random.below(16);
    world.settings.holdMs = random.pick([0, 1_000, 10_000]);
    world.subscriber = () => ({
      ms: random.pick([0, 1, 5, 30, 400, 40_000]),
      response: () => {
        if (random.below(10) === 0) throw new Error("connection lost");
        return new Response(random.below(3) === 0 ? "text" : null, { status: random.pick([200, 202, 400, 503]) });
      },
    });
    let added = 0;
    for (let burst = 0; burst < 6; burst++) {
      const count = random.below(30);
      added += count;
      world.clock.schedule(random.below(300), () => world.channel.add(count));
    }
    // A channel wakes another courier for what comes after a run's end.
    while (world.channel.settled.size < added) await run(world);
    const perDelivery = new Set([...world.channel.settled.values()].map((each) => each.length));
    expect({ seed, settled: world.channel.settled.size, perDelivery }).toEqual({
      seed,
      settled: added,
      perDelivery: new Set(added === 0 ? [] : [1]),
    });
    expect(world.mostInFlight).toBeLessThanOrEqual(world.settings.window);
    expect(world.channel.mostWorkCalls).toBeLessThanOrEqual(1);
  }
});
