import { describe, expect, test } from "vitest";
import { SETTLED_RANGES } from "../../src/channel/limits.ts";
import { type Range, SettledRanges } from "../../src/channel/settled-ranges.ts";
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

describe("ranges of settled events", () => {
  test("[SET-1] have what was put in, in any order, and nothing else", () => {
    const random = new SeededRandom(1);
    for (let run = 0; run < RUNS; run++) {
      const ranges = randomRanges(random);
      const settled = new SettledRanges(ranges);
      const had = Array.from({ length: HIGHEST + 10 }, (_, seq) => seq).filter((seq) => settled.has(seq));
      expect(had).toEqual(eventsOf(ranges));
    }
  });

  test("[SET-2] together with others are in order, with gaps between them", () => {
    const random = new SeededRandom(2);
    for (let run = 0; run < RUNS; run++) {
      const [ours, theirs] = [randomRanges(random), randomRanges(random)];
      // As a window gives its own: in order, with gaps.
      const all = new SettledRanges(ours).with(new SettledRanges(theirs).with([]));
      expect(eventsOf(all)).toEqual(eventsOf([...ours, ...theirs]));
      const gaps = all.slice(1).map(([from], index) => from - (all[index]?.[1] ?? from));
      expect(gaps.filter((gap) => gap < 2)).toEqual([]);
    }
  });

  test("[SET-3] forget what ends below, and keep whole what does not", () => {
    const settled = new SettledRanges([
      [2, 3],
      [5, 8],
      [10, 10],
    ]);
    settled.forgetBelow(6);
    expect(settled.with([])).toEqual([
      [5, 8],
      [10, 10],
    ]);
  });

  test("[SET-4] are bounded: the newest are left out", () => {
    const many = Array.from({ length: SETTLED_RANGES + 10 }, (_, index): Range => [2 * index, 2 * index]);
    const kept = new SettledRanges(many).with([]);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([SETTLED_RANGES, [0, 0], many[SETTLED_RANGES - 1]]);
  });
});
