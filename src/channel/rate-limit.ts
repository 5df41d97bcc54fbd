/**
 * At most `ratePerSecond` deliveries a second, with up to one second's worth saved up while idle. Kept as the time at
 * which the saved-up deliveries would be used up, which needs no refilling and does not drift.
 */

/** What may be saved up, milliseconds of deliveries. */
const SAVED_MS = 1_000;

export class RateLimit {
  readonly #intervalMs: number;
  readonly #savedMs: number;
  #usedUpAtMs: number | undefined;

  constructor(ratePerSecond: number) {
    this.#intervalMs = 1_000 / ratePerSecond;
    this.#savedMs = Math.max(0, SAVED_MS - this.#intervalMs);
  }

  /** Epoch milliseconds from which the next delivery may go out. */
  nextAtMs(): number {
    return this.#usedUpAtMs === undefined ? 0 : Math.ceil(this.#usedUpAtMs - this.#savedMs);
  }

  /** A delivery goes out. The first one finds nothing saved up, so a start is no burst. */
  leased(nowMs: number): void {
    this.#usedUpAtMs = Math.max(this.#usedUpAtMs ?? nowMs + this.#savedMs, nowMs) + this.#intervalMs;
  }
}

export function rateLimitOf(ratePerSecond: number | undefined): RateLimit | undefined {
  return ratePerSecond === undefined ? undefined : new RateLimit(ratePerSecond);
}
