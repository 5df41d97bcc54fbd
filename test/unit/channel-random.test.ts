import { describe, expect, test } from "vitest";
import { endings } from "../kit/history-endings.ts";

describe("whatever order things happen in", () => {
  const from = Number(process.env.HISTORY_FROM ?? 1);
  const seeds = Array.from({ length: Number(process.env.HISTORY_SEEDS ?? 50) }, (_, index) => from + index);
  test.each(seeds)("[RND-1] every accepted event ends for every matching subscription (seed %i)", async (seed) => {
    expect(await endings(seed, { steps: 120, chunkedBytes: 1_100_000 })).toEqual([]);
  });
});
