import { describe, expect, test } from "vitest";
import { DoneRanges, type Range } from "../../src/channel/done-ranges.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const RUNS = 2_000;
const HIGHEST = 40;

function randomRanges(random: SeededRandom): Range[] {
  return Array.from({ length: random.below(12) }, () => {
    const from = random.below(HIGHEST);
    return [from, Math.min(HIGHEST, from + random.below(6))];
  });
}

const eventsOf = (ranges: readonly Range[]): number[] =>
  Array.from({ length: HIGHEST + 1 }, (_, seq) => seq).filter((seq) =>
    ranges.some(([from, to]) => seq >= from && seq <= to),
  );

describe("ranges of ended events", () => {
  test("[DON-1] have what was put in, in any order, and nothing else", () => {
    const random = new SeededRandom(1);
    for (let run = 0; run < RUNS; run++) {
      const ranges = randomRanges(random);
      const settled = new DoneRanges(ranges);
      const had = Array.from({ length: HIGHEST + 10 }, (_, seq) => seq).filter((seq) => settled.has(seq));
      expect(had).toEqual(eventsOf(ranges));
    }
  });

  test("[DON-2] together with others are in order, with gaps between them, without those below the floor", () => {
    const random = new SeededRandom(2);
    for (let run = 0; run < RUNS; run++) {
      const [ours, more, others] = [randomRanges(random), random.below(HIGHEST), randomRanges(random)];
      const done = new DoneRanges(ours);
      done.add(more);
      const floor = random.below(HIGHEST);
      const all = done.with(new DoneRanges(others).with([], 0), floor);
      const above = [...ours, [more, more] as const].filter(([, to]) => to >= floor);
      const kept = eventsOf([...above, ...others]);
      expect(eventsOf(all).filter((seq) => seq >= floor)).toEqual(kept.filter((seq) => seq >= floor));
      const gaps = all.slice(1).map(([from], index) => from - (all[index]?.[1] ?? from));
      expect(gaps.filter((gap) => gap < 1)).toEqual([]);
    }
  });
});
