/** Events of a subscription that have ended although an older one has not, as runs of neighbours. */

export type Range = readonly [from: number, to: number];

export class DoneRanges {
  /** Ascending; none has a member of another. */
  readonly #ranges: Range[];

  /** In any order, and they may overlap. */
  constructor(ranges: readonly Range[] = []) {
    this.#ranges = merged(ranges);
  }

  /** The first event above all of them. */
  get end(): number {
    return (this.#ranges.at(-1)?.[1] ?? 0) + 1;
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#indexOf(seq)];
    return range !== undefined && range[0] <= seq;
  }

  add(seq: number): void {
    if (!this.has(seq)) this.#ranges.splice(this.#indexOf(seq), 0, [seq, seq]);
  }

  /** Those that do not end before `floor`, together with others that are in order. */
  with(others: readonly Range[], floor: number): readonly Range[] {
    const ours = this.#ranges.slice(this.#indexOf(floor));
    return ours.length === 0 ? others : merged([...ours, ...others]);
  }

  /** The first that does not end before `seq`. */
  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range !== undefined && range[1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The same events, in order and in as few ranges as there can be. */
function merged(ranges: readonly Range[]): Range[] {
  return joined(
    [...ranges].sort(([one], [other]) => one - other),
    (last, next) => next <= last + 1,
  );
}

/** Ranges in order, with those as one that `joins` by the last event of the one and the first of the next. */
export function joined(ranges: readonly Range[], joins: (last: number, next: number) => boolean): Range[] {
  const runs: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = runs.at(-1);
    if (last !== undefined && joins(last[1], from)) last[1] = Math.max(last[1], to);
    else runs.push([from, to]);
  }
  return runs;
}
