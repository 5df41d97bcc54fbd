/**
 * Events of a subscription that have ended although an older one has not, beside those that stand in its window: those that had
 * ended when its filter changed or the channel stopped, and those that the scan has not come to. They are remembered until the
 * floor has passed them, whatever the filters of meanwhile pass by, so that none comes again when a filter is changed back.
 */
import { DONE_RANGES } from "./limits.ts";

export type Range = readonly [from: number, to: number];

export class DoneRanges {
  /** Ascending; none has a member of another. */
  readonly #ranges: Range[];

  /** In any order, and they may overlap. */
  constructor(ranges: readonly Range[] = []) {
    this.#ranges = merged(ranges);
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#indexOf(seq)];
    return range !== undefined && range[0] <= seq;
  }

  add(seq: number): void {
    if (!this.has(seq)) this.#ranges.splice(this.#indexOf(seq), 0, [seq, seq]);
  }

  /**
   * Those that do not end before `floor`, and a window's own. Of DONE_RANGES the window's come first and the oldest of the others
   * next; what is left out may come again.
   */
  with(own: readonly Range[], floor: number): readonly Range[] {
    const oldest = this.#indexOf(floor);
    const others = this.#ranges.slice(oldest, oldest + Math.max(0, DONE_RANGES - own.length));
    return others.length === 0 ? own : merged([...others, ...own]);
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
  const runs: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([one], [other]) => one - other)) {
    const last = runs.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else runs.push([from, to]);
  }
  return runs;
}
