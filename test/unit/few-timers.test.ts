import { expect, test } from "vitest";
import { FewTimers } from "../../src/core/few-timers.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

/** Waits on a clock whose timers are counted. */
function countedTimers() {
  const clock = new VirtualClock();
  const counts = { set: 0, open: 0, mostOpen: 0 };
  const timers = new FewTimers({
    now: () => clock.nowMs,
    schedule: (delayMs, work) => {
      counts.set++;
      counts.mostOpen = Math.max(counts.mostOpen, ++counts.open);
      const cancel = clock.schedule(delayMs, () => {
        counts.open--;
        work();
      });
      return () => {
        counts.open--;
        cancel();
      };
    },
  });
  return { clock, counts, timers };
}

test("[TIM-1] every wait ends at its time, unless it is cancelled, whatever else waits", async () => {
  const random = new SeededRandom(3);
  const { clock, timers } = countedTimers();
  const wanted: string[] = [];
  const ended: string[] = [];
  for (let step = 0; step < 400; step++) {
    const delayMs = random.pick([1, 5, 100, 2_000, 30_000]) + random.below(3);
    const name = `${clock.nowMs + delayMs} ${step}`;
    const cancel = timers.schedule(delayMs, () => ended.push(`${clock.nowMs} ${step}`));
    if (random.below(3) === 0) cancel();
    else wanted.push(name);
    await clock.advance(random.below(20));
  }
  await clock.advance(40_000);
  expect(ended.toSorted()).toEqual(wanted.toSorted());
});

test("[TIM-2] a thousand deadlines of requests that are answered take one timer and one to rest by, and short waits one each", async () => {
  const { clock, counts, timers } = countedTimers();
  for (let request = 0; request < 1_000; request++) {
    const cancel = timers.schedule(30_000, () => {});
    await clock.advance(1);
    cancel();
  }
  expect(counts).toEqual({ set: 2, open: 2, mostOpen: 2 });
  for (let round = 0; round < 50; round++) {
    timers.schedule(30_000, () => {});
    timers.schedule(5, () => {});
    await clock.advance(6);
  }
  expect(counts).toEqual({ set: 52, open: 1, mostOpen: 2 });
});

test("[TIM-3] a wait that another one cancels in the same moment does not end", async () => {
  const { clock, timers } = countedTimers();
  let ended = 0;
  timers.schedule(5, () => cancel());
  const cancel = timers.schedule(5, () => {
    ended++;
  });
  await clock.advance(10);
  expect(ended).toBe(0);
});

test("[TIM-4] at the end nothing is left of it", async () => {
  const { clock, counts, timers } = countedTimers();
  let ended = 0;
  for (const delayMs of [100, 10]) timers.schedule(delayMs, () => void ended++);
  timers.end();
  await clock.advance(1_000);
  expect([ended, counts.open]).toEqual([0, 0]);
});

test("[TIM-5] a second with nothing to wait for clears what is armed, and no sooner", async () => {
  const { clock, counts, timers } = countedTimers();
  timers.schedule(30_000, () => {})();
  await clock.advance(900);
  timers.schedule(10, () => {});
  await clock.advance(900);
  expect(counts).toEqual({ set: 4, open: 2, mostOpen: 3 });
  await clock.advance(200);
  expect(counts).toEqual({ set: 4, open: 0, mostOpen: 3 });
});

test("[TIM-6] one that throws leaves none of the others waiting", async () => {
  const { clock, timers } = countedTimers();
  const ended: string[] = [];
  timers.schedule(5, () => {
    throw new Error("a bug");
  });
  timers.schedule(5, () => ended.push("same moment"));
  timers.schedule(9, () => ended.push("later"));
  await expect(clock.advance(6)).rejects.toThrow("a bug");
  await clock.advance(10);
  expect(ended).toEqual(["same moment", "later"]);
});
