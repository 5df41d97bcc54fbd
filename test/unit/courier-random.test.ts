import { describe, expect, test } from "vitest";
import { CourierWorld, work } from "../kit/courier-world.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const DELIVERIES = 150;

interface Weather {
  readonly seed: number;
  readonly window: number;
  readonly holdMs: number;
  /** Of 100 report calls, how many fail; never two in a row, so that the channel counts as reachable. */
  readonly lostReports: number;
}

/** One run under random latencies, answers and lost reports; returns the world and what each subscriber call gave. */
async function randomRun({ seed, window, holdMs, lostReports }: Weather) {
  const random = new SeededRandom(seed);
  const world = new CourierWorld();
  const answered = new Map<string, number>();
  world.subscriber = ({ headers, init }) =>
    new Promise((resolve, reject) => {
      const dice = random.below(100);
      const id = headers.get("ce-id") ?? "";
      answered.set(id, (answered.get(id) ?? 0) + 1);
      init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      // Of 100, five never answer.
      if (dice < 5) return;
      world.clock.schedule(random.below(400), () => {
        if (dice < 15) reject(new Error("connection reset"));
        else resolve(new Response(null, { status: dice < 40 ? 503 : 202 }));
      });
    });
  let lostBefore = false;
  world.beforeLease = ({ capacity }) => {
    lostBefore = !lostBefore && capacity === 0 && random.below(100) < lostReports;
    if (lostBefore) throw new Error("connection lost");
    // A call takes its time, so that calls overtake each other.
    return new Promise((resolve) => void world.clock.schedule(random.below(8), resolve));
  };
  let added = 1;
  for (let seq = 1; seq <= DELIVERIES; ) {
    const burst = Array.from({ length: Math.min(1 + random.below(40), DELIVERIES + 1 - seq) }, () =>
      work(seq++, { route: { timeoutMs: 900 } }),
    );
    world.clock.schedule(random.below(60), () => {
      added += burst.length;
      world.add(...burst);
    });
  }
  world.add(work(0, { route: { timeoutMs: 900 } }));
  await world.runToEnd({ window, holdMs }, 600_000);
  return { world, answered, leased: added - world.pending.length };
}

describe("any run of a courier", () => {
  const weathers = Array.from({ length: 40 }, (_, index): Weather => {
    const random = new SeededRandom(1_000 + index);
    return {
      seed: index,
      window: random.pick([1, 2, 6, 50, 256]),
      holdMs: random.pick([0, 10_000]),
      lostReports: random.pick([0, 30, 100]),
    };
  });

  test.each(weathers)(
    "[COU-16] settles what it leased exactly once: seed $seed, window $window, hold $holdMs, $lostReports % lost",
    async (weather) => {
      const { world, answered, leased } = await randomRun(weather);
      // A run that does not hold its calls may end before the next burst comes; the channel then wakes another.
      if (weather.holdMs > 0) expect(leased).toBe(DELIVERIES + 1);
      expect(leased).toBeGreaterThan(0);
      expect(answered.size).toBe(leased);
      expect([...answered.values()].every((times) => times === 1)).toBe(true);
      expect(new Set(world.settled.map(({ token }) => token.seq)).size).toBe(leased);
      expect(world.settled.length).toBe(leased);
      expect(world.mostOpen).toBeLessThanOrEqual(weather.window);
      expect(world.mostOpenLeases).toBe(1);
      expect(world.open).toBe(0);
    },
  );
});
