import { describe, expect, test } from "vitest";
import { CourierWorld, work } from "../kit/courier-world.ts";
import { settled } from "../kit/virtual-clock.ts";

const MINUTE_MS = 60_000;
const works = (count: number, from = 1) => Array.from({ length: count }, (_, index) => work(from + index));
const seqs = (world: CourierWorld): number[] => world.settled.map(({ token }) => token.seq).sort((a, b) => a - b);
const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Subscribers that answer when the test says so, oldest first. */
function manual(world: CourierWorld): { answer(): Promise<void>; readonly open: number } {
  const open: (() => void)[] = [];
  world.subscriber = () => new Promise((resolve) => open.push(() => resolve(new Response(null, { status: 200 }))));
  return {
    async answer() {
      open.shift()?.();
      await settled();
    },
    get open() {
      return open.length;
    },
  };
}

/** Subscribers that answer after this time. */
function answersAfter(world: CourierWorld, ms: number): void {
  world.subscriber = () =>
    new Promise((resolve) => world.clock.schedule(ms, () => resolve(new Response(null, { status: 200 }))));
}

describe("a courier's run", () => {
  test("[COU-1] keeps no more requests open than its window and delivers everything", async () => {
    const world = new CourierWorld();
    answersAfter(world, 20);
    world.add(...works(50));
    await world.runToEnd({ window: 6 });
    expect(world.mostOpen).toBe(6);
    expect(seqs(world)).toEqual(ids(50));
  });

  test("[COU-2] asks for as much as it can start, with one call for work at a time", async () => {
    const world = new CourierWorld();
    const subscribers = manual(world);
    world.add(...works(3));
    const run = world.run({ window: 4 });
    await world.clock.advance(1);
    expect(subscribers.open).toBe(3);
    expect(world.leaseCalls.map(({ capacity, holdMs }) => [capacity, holdMs])).toEqual([
      [4, 50],
      [1, 50],
    ]);
    world.add(...works(2, 4));
    await settled();
    expect(subscribers.open).toBe(4);
    // Full: there is nothing to ask for.
    expect(world.leaseCalls.length).toBe(2);
    await subscribers.answer();
    // Behind a backlog it waits a moment for more slots.
    await world.clock.advance(4);
    expect(subscribers.open).toBe(4);
    expect(world.leaseCalls.at(2)).toMatchObject({ capacity: 1, settlements: [{ token: { seq: 1 } }] });
    while (subscribers.open > 0) await subscribers.answer();
    await world.clock.advance(11_000);
    await run;
    expect(world.mostOpenLeases).toBe(1);
    expect(seqs(world)).toEqual(ids(5));
  });

  test("[COU-3] reports an outcome within moments although its call for work is held open", async () => {
    const world = new CourierWorld();
    const subscribers = manual(world);
    world.add(...works(2));
    const run = world.run();
    await world.clock.advance(1);
    await subscribers.answer();
    await world.clock.advance(5);
    expect(world.openLeases).toBe(1);
    expect(seqs(world)).toEqual([1]);
    await subscribers.answer();
    await world.clock.advance(11_000);
    await run;
    expect(seqs(world)).toEqual([1, 2]);
  });

  test("[COU-4] outcomes that come together are reported together, 64 of them without waiting for more", async () => {
    const world = new CourierWorld();
    answersAfter(world, 10);
    world.add(...works(100));
    await world.runToEnd({ window: 200 });
    const reports = world.leaseCalls.filter(({ settlements }) => settlements.length > 0);
    const answeredMs = (world.requests[0]?.atMs ?? 0) + 10;
    expect(reports.map(({ settlements, atMs }) => [settlements.length, atMs - answeredMs])).toEqual([
      [64, 0],
      [36, 5],
    ]);
  });

  test("[COU-5] lingers for new work and ends when none comes", async () => {
    const world = new CourierWorld();
    let ended = false;
    const run = world.run().then(() => {
      ended = true;
    });
    await world.clock.advance(49);
    expect(ended).toBe(false);
    world.add(work(1));
    await world.clock.advance(5);
    expect(seqs(world)).toEqual([1]);
    await world.clock.advance(49);
    expect(ended).toBe(false);
    await world.clock.advance(51);
    await run;
    expect(ended).toBe(true);
  });

  test("[COU-6] without held calls it asks again when there is an outcome, not before", async () => {
    const world = new CourierWorld();
    const subscribers = manual(world);
    world.add(...works(2));
    const run = world.run({ holdMs: 0 });
    await world.clock.advance(20_000);
    expect(world.leaseCalls.map(({ holdMs }) => holdMs)).toEqual([0, 0]);
    await subscribers.answer();
    await subscribers.answer();
    await world.clock.advance(10);
    await run;
    expect(seqs(world)).toEqual([1, 2]);
    expect(world.leaseCalls.length).toBeLessThanOrEqual(6);
  });

  test("[COU-7] without held calls it asks again at the time the channel names", async () => {
    const world = new CourierWorld();
    const subscribers = manual(world);
    const nextAtMs = world.clock.nowMs + 700;
    world.whenEmpty = () => (world.clock.nowMs < nextAtMs ? { nextAtMs } : {});
    world.add(work(1));
    const run = world.run({ holdMs: 0 });
    await world.clock.advance(699);
    world.add(work(2));
    expect(subscribers.open).toBe(1);
    await world.clock.advance(1);
    expect(subscribers.open).toBe(2);
    await subscribers.answer();
    await subscribers.answer();
    await world.clock.advance(10);
    await run;
    expect(seqs(world)).toEqual([1, 2]);
  });

  test("[COU-8] with nothing out it waits for work that is due within the linger, not for later work", async () => {
    const world = new CourierWorld();
    const startMs = world.clock.nowMs;
    world.whenEmpty = () => ({ nextAtMs: startMs + (world.clock.nowMs < startMs + 40 ? 40 : 5_000) });
    let ended = false;
    const run = world.run({ holdMs: 0 }).then(() => {
      ended = true;
    });
    await world.clock.advance(39);
    expect([ended, world.leaseCalls.length]).toEqual([false, 1]);
    await world.clock.advance(1);
    await run;
    expect(world.leaseCalls.length).toBe(2);
  });

  test("[COU-9] asks again at once when the answer ended before the work did", async () => {
    const world = new CourierWorld();
    let scans = 3;
    world.whenEmpty = () => ({ more: scans-- > 0 });
    await world.runToEnd({ holdMs: 0 });
    expect(world.leaseCalls.map(({ atMs }) => atMs - world.clock.nowMs)).toEqual([-10, -10, -10, -10]);
  });

  test("[COU-10] leases nothing whose timeout would not end within the budget, and ends", async () => {
    const world = new CourierWorld();
    answersAfter(world, 1_000);
    const startMs = world.clock.nowMs;
    world.add(...works(200).map((each) => ({ ...each, route: { ...each.route, timeoutMs: MINUTE_MS } })));
    await world.runToEnd({ window: 1, budgetMs: 2 * MINUTE_MS }, 3 * MINUTE_MS);
    const latest = Math.max(...world.requests.map(({ atMs }) => atMs));
    expect(latest + MINUTE_MS).toBeLessThanOrEqual(startMs + 2 * MINUTE_MS);
    expect(latest).toBeGreaterThan(startMs + MINUTE_MS - 2_000);
    // What it leased it also settled; the rest stays with the channel.
    expect(world.settled.length).toBe(world.requests.length);
    expect(world.pending.length).toBe(200 - world.requests.length);
  });

  test("[COU-11] no call for work is held into the last part of the budget", async () => {
    const world = new CourierWorld();
    const startMs = world.clock.nowMs;
    const subscribers = manual(world);
    world.add(work(1));
    const run = world.run({ budgetMs: 35_000 });
    await world.clock.advance(4_999);
    expect(world.openLeases).toBe(1);
    await world.clock.advance(1);
    expect(world.openLeases).toBe(0);
    await subscribers.answer();
    await world.clock.advance(5);
    await run;
    expect(world.clock.nowMs - startMs).toBe(5_005);
    expect(seqs(world)).toEqual([1]);
  });
});

describe("a channel that cannot be reached", () => {
  test("[COU-12] a lease call that fails ends the run with the failure, after its outcomes are reported", async () => {
    const world = new CourierWorld();
    answersAfter(world, 10);
    world.add(...works(2));
    let calls = 0;
    world.beforeLease = ({ capacity }) => {
      if (capacity > 0 && ++calls === 3) throw new Error("connection lost");
    };
    await expect(world.runToEnd({ window: 1 })).rejects.toThrow("connection lost");
    expect(seqs(world)).toEqual([1, 2]);
  });

  test("[COU-22] requests that are open when it fails are waited for and reported", async () => {
    const world = new CourierWorld();
    const subscribers = manual(world);
    world.add(work(1));
    let calls = 0;
    world.beforeLease = ({ capacity }) => {
      if (capacity > 0 && ++calls === 2) throw new Error("connection lost");
    };
    let ended = false;
    const run = world.run().catch((error: unknown) => {
      ended = true;
      return String(error);
    });
    await world.clock.advance(5_000);
    expect(ended).toBe(false);
    await subscribers.answer();
    await world.clock.advance(5);
    expect(await run).toBe("Error: connection lost");
    expect(seqs(world)).toEqual([1]);
  });

  test("[COU-13] outcomes of a report that fails are reported again", async () => {
    const world = new CourierWorld();
    answersAfter(world, 10);
    let failures = 0;
    world.beforeLease = ({ capacity }) => {
      if (capacity === 0 && failures++ === 0) throw new Error("connection lost");
    };
    world.add(...works(5));
    await world.runToEnd({ window: 100 });
    expect(failures).toBe(2);
    expect(seqs(world)).toEqual(ids(5));
    expect(world.logs).toEqual([{ event: "report.failed", outcomes: 5, reason: "Error: connection lost" }]);
  });

  test("[COU-14] outcomes whose reports keep failing go with the next call that comes through", async () => {
    const world = new CourierWorld();
    answersAfter(world, 10);
    world.beforeLease = ({ capacity }) => {
      if (capacity === 0) throw new Error("connection lost");
    };
    world.add(...works(5));
    await world.runToEnd({ window: 100 });
    expect(seqs(world)).toEqual(ids(5));
  });

  test("[COU-15] ends although nothing can be reported any more", async () => {
    const world = new CourierWorld();
    answersAfter(world, 10);
    let isFirst = true;
    world.beforeLease = () => {
      if (!isFirst) throw new Error("gone");
      isFirst = false;
    };
    world.add(...works(3));
    await expect(world.runToEnd()).rejects.toThrow("gone");
    expect(world.settled).toEqual([]);
  });
});
