/** How often something may be done that others can bring about: so many times at once, and so many a second after that. */

export class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #earnedAtMs: number;

  /** Begins with the whole burst. */
  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
    this.#earnedAtMs = nowMs;
  }

  /** True when it may be done once more, which is taken as done. */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#earnedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + earned);
    this.#earnedAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
