/** What is written down of long runs: ranges of seeds, and what is still to be run of those that are wanted. */
import type { SeedRange } from "../kit/sim-record.ts";

export interface Seeds {
  readonly firstSeed: number;
  readonly runs: number;
}

/** In order, and those that follow one another as one. */
export function withRange(ranges: readonly SeedRange[], more: SeedRange): readonly SeedRange[] {
  const merged: SeedRange[] = [];
  for (const range of [...ranges, more].sort((one, other) => one.firstSeed - other.firstSeed)) {
    const last = merged.at(-1);
    if (last !== undefined && endOf(last) === range.firstSeed) merged.splice(-1, 1, together(last, range));
    else merged.push(range);
  }
  return merged;
}

/** Wanted seeds that are in no range, in pieces of at most `most`. */
export function missing(ranges: readonly Seeds[], wanted: Seeds, most: number): readonly Seeds[] {
  const pieces: Seeds[] = [];
  const add = (from: number, to: number): void => {
    for (let firstSeed = from; firstSeed < to; firstSeed += most)
      pieces.push({ firstSeed, runs: Math.min(most, to - firstSeed) });
  };
  let from = wanted.firstSeed;
  for (const range of [...ranges].sort((one, other) => one.firstSeed - other.firstSeed)) {
    add(from, Math.min(range.firstSeed, endOf(wanted)));
    from = Math.max(from, endOf(range));
  }
  add(from, endOf(wanted));
  return pieces;
}

export function perMinute(ranges: readonly SeedRange[]): number {
  const [runs, seconds] = [sumOf(ranges, "runs"), sumOf(ranges, "seconds")];
  return seconds === 0 ? 0 : rounded((runs * 60) / seconds);
}

export function sumOf(ranges: readonly SeedRange[], what: "runs" | "twice" | "events" | "crashes" | "seconds"): number {
  return ranges.reduce((sum, range) => sum + range[what], 0);
}

/** To a tenth. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function endOf({ firstSeed, runs }: Seeds): number {
  return firstSeed + runs;
}

function together(one: SeedRange, next: SeedRange): SeedRange {
  const both = [one, next];
  return {
    firstSeed: one.firstSeed,
    runs: sumOf(both, "runs"),
    twice: sumOf(both, "twice"),
    events: sumOf(both, "events"),
    crashes: sumOf(both, "crashes"),
    seconds: rounded(sumOf(both, "seconds")),
    violations: [...one.violations, ...next.violations],
  };
}
