import { describe, expect, test } from "vitest";
import { Deadlines } from "../../src/courier/deadlines.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

function world() {
  const clock = new VirtualClock();
  let timers = 0;
  const deadlines = new Deadlines({
    now: () => clock.nowMs,
    schedule: (delayMs, work) => {
      timers++;
      return clock.schedule(delayMs, work);
    },
  });
  return { clock, deadlines, timers: () => timers };
}

describe("deadlines of requests", () => {
  test("[DDL-1] each request is aborted when its own time is over, not before and not later", async () => {
    const { clock, deadlines } = world();
    const slow = deadlines.start(1_000);
    await clock.advance(400);
    const quick = deadlines.start(100);
    const states: boolean[][] = [];
    for (const ms of [99, 1, 499, 1]) {
      await clock.advance(ms);
      states.push([slow.isOver, quick.isOver]);
    }
    expect(states).toEqual([
      [false, false],
      [false, true],
      [false, true],
      [true, true],
    ]);
    expect([slow.signal.aborted, quick.signal.aborted]).toEqual([true, true]);
  });

  test("[DDL-2] a signal that served one request is used for the next, and never after its abort", async () => {
    const { clock, deadlines } = world();
    const first = deadlines.start(100);
    const { signal } = first;
    first.end();
    const second = deadlines.start(100);
    expect(second.signal).toBe(signal);
    await clock.advance(100);
    second.end();
    const third = deadlines.start(100);
    expect([third.signal === signal, third.isOver]).toEqual([false, false]);
  });

  test("[DDL-2] a signal retires, because each request leaves a listener on it", () => {
    const { deadlines } = world();
    const signals = new Set<AbortSignal>();
    for (let index = 0; index < 64; index++) {
      const deadline = deadlines.start(100);
      signals.add(deadline.signal);
      deadline.end();
    }
    expect(signals.size).toBe(4);
  });

  test("[DDL-3] requests that end in time cost no timer each, and leave none behind", async () => {
    const { clock, deadlines, timers } = world();
    for (let index = 0; index < 100; index++) {
      const deadline = deadlines.start(30_000);
      const neighbour = deadlines.start(30_000);
      await clock.advance(10);
      deadline.end();
      neighbour.end();
      expect([deadline.isOver, neighbour.isOver]).toEqual([false, false]);
    }
    expect(timers()).toBe(100);
    const lasting = deadlines.start(1_000);
    for (let index = 0; index < 100; index++) deadlines.start(1_000).end();
    expect(timers()).toBe(101);
    lasting.end();
  });
});
