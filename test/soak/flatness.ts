/** Whether something grew over a run. The first third is left out: code is compiled, caches fill. */

export interface Trend {
  readonly middle: number;
  readonly last: number;
}

/** What `summary` makes of the middle and of the last third of the values. */
export function trendOf(values: readonly number[], summary: (values: readonly number[]) => number): Trend {
  const third = values.length / 3;
  return {
    middle: summary(values.slice(Math.floor(third), Math.floor(2 * third))),
    last: summary(values.slice(Math.floor(2 * third))),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
