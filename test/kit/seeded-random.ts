/** Random values that one seed decides, so that a failing case can be run again. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32: an integer from 0 up to, not including, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True that many times of 1,000. */
  perMille(perMille: number): boolean {
    return perMille > 0 && this.below(1_000) < perMille;
  }

  /** At least 0, below 1. */
  fraction(): number {
    return this.below(1_000_000) / 1_000_000;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  /** Joins `count` picks. */
  text(alphabet: readonly string[], count: number): string {
    return Array.from({ length: count }, () => this.pick(alphabet)).join("");
  }
}
