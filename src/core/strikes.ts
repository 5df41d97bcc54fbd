/**
 * Refusals that a flood of requests was given, so that the flood stops costing calls to objects.
 *
 * An ordinary refusal must not be remembered: a Ready Broker accepts every event, and so does one whose token was just
 * made; a producer that asks, is refused, waits and asks again has to get 202. Only what was refused STRIKES times, each
 * within FORGET_MS of the one before, is answered from memory, for SILENCE_MS at a time; then the next requests ask again.
 */

const STRIKES = 32;
const FORGET_MS = 1_000;
/** What a producer may have to wait that becomes welcome in the middle of a flood, milliseconds. */
const SILENCE_MS = 500;
/** Keys remembered; the longest known goes first. */
const MAX_KEYS = 1_024;

interface Struck<Refusal> {
  readonly refusal: Refusal;
  readonly strikes: number;
  readonly lastMs: number;
  readonly silentUntilMs: number;
}

export class Strikes<Refusal> {
  readonly #known = new Map<string, Struck<Refusal>>();

  /** The refusal of a flood that is on. */
  silenced(key: string, nowMs: number): Refusal | undefined {
    const struck = this.#known.get(key);
    return struck !== undefined && nowMs < struck.silentUntilMs ? struck.refusal : undefined;
  }

  /** An object answered with this refusal. */
  strike(key: string, refusal: Refusal, nowMs: number): void {
    const known = this.#known.get(key);
    if (known === undefined && this.#known.size >= MAX_KEYS) this.#forgetOldest();
    const strikes = known !== undefined && nowMs - known.lastMs <= FORGET_MS ? known.strikes + 1 : 1;
    const silentUntilMs = strikes >= STRIKES ? nowMs + SILENCE_MS : 0;
    this.#known.set(key, { refusal, strikes, lastMs: nowMs, silentUntilMs });
  }

  /** Welcome from now on. */
  forgive(key: string): void {
    if (this.#known.size > 0) this.#known.delete(key);
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  #forgetOldest(): void {
    for (const key of this.#known.keys()) {
      this.#known.delete(key);
      return;
    }
  }
}
