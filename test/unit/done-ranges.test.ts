import { describe, expect, test } from "vitest";
import { DoneRanges, type Range } from "../../src/channel/done-ranges.ts";
import { DONE_RANGES } from "../../src/channel/limits.ts";
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

  test("[DON-2] together with a window's own are in order, with gaps between them", () => {
    const random = new SeededRandom(2);
    for (let run = 0; run < RUNS; run++) {
      const [ours, more, own] = [randomRanges(random), random.below(HIGHEST), randomRanges(random)];
      const done = new DoneRanges(ours);
      done.add(more);
      const all = done.with(own, 0);
      expect(eventsOf(all)).toEqual(eventsOf([...ours, [more, more], ...own]));
      const gaps = all.slice(1).map(([from], index) => from - (all[index]?.[1] ?? from));
      expect(gaps.filter((gap) => gap < 2)).toEqual([]);
    }
  });

  test("[DON-3] those that end below the floor are forgotten", () => {
    const done = new DoneRanges([
      [2, 3],
      [5, 8],
      [10, 10],
    ]);
    expect(done.with([[12, 12]], 6)).toEqual([
      [5, 8],
      [10, 10],
      [12, 12],
    ]);
  });

  test("[DON-4] are bounded: the window's own come first, then the oldest", () => {
    const many = Array.from({ length: DONE_RANGES }, (_, index): Range => [2 * index, 2 * index]);
    const own: Range[] = [
      [10_001, 10_001],
      [10_003, 10_003],
    ];
    const kept = new DoneRanges(many).with(own, 0);
    expect([kept.length, kept[0], kept.at(-3)]).toEqual([DONE_RANGES, [0, 0], many[DONE_RANGES - 3]]);
    expect(kept.slice(-2)).toEqual(own);
  });
});
