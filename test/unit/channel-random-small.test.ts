import { describe, expect, test, vi } from "vitest";
import { endings } from "../kit/history-endings.ts";

// Small bounds, so that a short history overflows windows, cuts scans short and fills segments.
vi.mock("../../src/channel/limits.ts", async (original) => ({
  ...(await original<typeof import("../../src/channel/limits.ts")>()),
  WINDOW_ENTRIES: 6,
  SMALLEST_WINDOW: 6,
  SCAN_EVENTS: 5,
  ACTIVE_STRAGGLERS: 4,
  SEGMENT_EVENTS: 3,
  CHUNKED_ABOVE_BYTES: 500,
  CHUNK_BYTES: 200,
  RETENTION_SEGMENTS: 4,
  FAR_BEHIND_EVENTS: 15,
}));

describe("whatever order things happen in, with small bounds", () => {
  const from = Number(process.env.HISTORY_FROM ?? 1);
  const seeds = Array.from({ length: Number(process.env.HISTORY_SEEDS ?? 50) }, (_, index) => from + index);
  test.each(seeds)("[RND-2] every accepted event ends for every matching subscription (seed %i)", async (seed) => {
    expect(await endings(seed, { steps: 200, chunkedBytes: 700 })).toEqual([]);
  });
});
