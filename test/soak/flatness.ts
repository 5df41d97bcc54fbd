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
