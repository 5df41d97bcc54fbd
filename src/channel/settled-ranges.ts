/**
 * Which events of a subscription are settled although its oldest unsettled one comes before them: runs of neighbours. They
 * stay until that one is settled, whatever a changed filter passes by meanwhile, so that none comes again when the filter is
 * changed back.
 */
import { SETTLED_RANGES } from "./limits.ts";

export type Range = readonly [from: number, to: number];

export class SettledRanges {
  /** Ascending, with something unsettled or unknown between any two. */
  readonly #ranges: Range[] = [];

  /** In any order, and they may overlap. */
  constructor(ranges: readonly Range[] = []) {
    for (const range of ranges) this.add(range);
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#indexOf(seq)];
    return range !== undefined && range[0] <= seq;
  }

  add([from, to]: Range): void {
    const at = this.#indexOf(from - 1);
    const touched = this.#ranges.slice(at, this.#indexOf(to + 1) + 1).filter((range) => range[0] <= to + 1);
    const first = Math.min(from, touched[0]?.[0] ?? from);
    const last = Math.max(to, touched.at(-1)?.[1] ?? to);
    this.#ranges.splice(at, touched.length, [first, last]);
  }

  /** Nobody will ask for what is below `seq`. */
  forgetBelow(seq: number): void {
    this.#ranges.splice(0, this.#indexOf(seq));
  }

  /** These and those; beyond SETTLED_RANGES the newest are left out, whose events may come again. */
  with(others: readonly Range[]): readonly Range[] {
    const all = this.#ranges.length === 0 ? others : new SettledRanges([...this.#ranges, ...others]).#ranges;
    return all.slice(0, SETTLED_RANGES);
  }

  /** The first run that does not end before `seq`. */
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
