/**
 * Names that a flood of requests found no channel at, so that the flood stops costing object calls.
 *
 * A Ready Broker accepts every event, so an ordinary 404 must not be remembered: a producer that asks, sees 404,
 * waits for Ready and asks again has to get 202. Only a name that was missed STRIKES times, each within FORGET_MS of
 * the one before, is answered from memory, for SILENCE_MS at a time; then the next requests ask the object again.
 */

const STRIKES = 32;
const FORGET_MS = 1_000;
/** What a Broker that is created under a flood of early requests may have to wait, milliseconds. */
const SILENCE_MS = 500;
/** Names remembered; the longest known goes first. */
const MAX_NAMES = 1_024;

interface Miss {
  strikes: number;
  lastMs: number;
  silentUntilMs: number;
}

export class MissingChannels {
  readonly #misses = new Map<string, Miss>();

  isMissing(name: string, nowMs: number): boolean {
    const miss = this.#misses.get(name);
    return miss !== undefined && nowMs < miss.silentUntilMs;
  }

  /** An object answered that there is no such channel. */
  missed(name: string, nowMs: number): void {
    const known = this.#misses.get(name);
    if (known === undefined && this.#misses.size >= MAX_NAMES) this.#forgetOldest();
    const strikes = known !== undefined && nowMs - known.lastMs <= FORGET_MS ? known.strikes + 1 : 1;
    const silentUntilMs = strikes >= STRIKES ? nowMs + SILENCE_MS : 0;
    this.#misses.set(name, { strikes, lastMs: nowMs, silentUntilMs });
  }

  found(name: string): void {
    if (this.#misses.size > 0) this.#misses.delete(name);
  }

  #forgetOldest(): void {
    for (const name of this.#misses.keys()) {
      this.#misses.delete(name);
      return;
    }
  }
}
