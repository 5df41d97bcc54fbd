/**
 * Protects a subscriber that keeps failing:
 *
 *   closed ──N failures in a row──▶ open(until) ──time──▶ probe (one delivery) ──failed──▶ open, twice as long
 *      ▲                                                        │
 *      └───────────────────────── delivered ────────────────────┘
 */

/** First pause, milliseconds; doubles up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export class Breaker {
  readonly #threshold: number;
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #openUntilMs: number | undefined;
  #probing = false;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  get isOpen(): boolean {
    return this.#openUntilMs !== undefined;
  }

  /** Epoch milliseconds from which a delivery may go out; Infinity while the probe is out. */
  nextAtMs(): number {
    if (this.#openUntilMs === undefined) return 0;
    return this.#probing ? Number.POSITIVE_INFINITY : this.#openUntilMs;
  }

  /** A delivery goes out. */
  leased(): void {
    if (this.isOpen) this.#probing = true;
  }

  /** What was out will not be heard of: another may probe. */
  abandoned(): void {
    this.#probing = false;
  }

  /** The subscriber answered, be it with a refusal: it is there. */
  answered(): void {
    this.#failures = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#openUntilMs = undefined;
    this.#probing = false;
  }

  failed(nowMs: number): void {
    this.#failures++;
    if (this.isOpen) {
      // Deliveries that went out before it opened also end here; only the probe makes the pause longer.
      if (!this.#probing) return;
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    } else if (this.#failures < this.#threshold) {
      return;
    }
    this.#probing = false;
    this.#openUntilMs = nowMs + this.#pauseMs;
  }
}
