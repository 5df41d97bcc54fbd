/** How much of large request bodies an isolate holds in memory at once. */

import type { HeaderReader } from "../core/decode-message.ts";

/** Bodies up to this need no budget: thousands of them fit, bytes. */
const SMALL_BODY_BYTES = 65_536;

/**
 * Bytes of larger bodies held at once. An event exists about three times on its way (body, encoded form, message to
 * the channel), and an isolate on Cloudflare has 128 MB.
 */
const BUDGET_BYTES = 33_554_432;

/**
 * Should the runtime end a request and its background work without running any more of it, `finally` included, what it
 * reserved is taken back after this time, milliseconds; longer than an upload should take.
 */
const ABANDONED_MS = 120_000;

/** Whether a body may reserve anything: it is large, or does not say how large it is. */
export function mayReserve(headers: HeaderReader): boolean {
  return !(Number(headers.get("content-length") ?? Number.POSITIVE_INFINITY) <= SMALL_BODY_BYTES);
}

/** One per isolate. */
export class BodyBudget {
  readonly #total: number;
  readonly #held = new Map<BodyReservation, { bytes: number; sinceMs: number }>();
  #taken = 0;

  /** At least one body of the largest size must fit. */
  constructor(maxEventBytes: number) {
    this.#total = Math.max(BUDGET_BYTES, maxEventBytes);
  }

  /** Sets what `holder` has to `bytes`; false, and nothing changes, where the isolate has no room. */
  hold(holder: BodyReservation, bytes: number, nowMs: number): boolean {
    const had = this.#held.get(holder)?.bytes ?? 0;
    if (this.#taken - had + bytes > this.#total) this.#dropAbandoned(nowMs);
    if (this.#taken - had + bytes > this.#total) return false;
    this.#taken += bytes - had;
    this.#held.set(holder, { bytes, sinceMs: nowMs });
    return true;
  }

  release(holder: BodyReservation): void {
    this.#taken -= this.#held.get(holder)?.bytes ?? 0;
    this.#held.delete(holder);
  }

  #dropAbandoned(nowMs: number): void {
    for (const [holder, { sinceMs }] of this.#held) if (nowMs - sinceMs > ABANDONED_MS) this.release(holder);
  }
}

/** What one request holds of the budget. */
export class BodyReservation {
  readonly #budget: BodyBudget;
  readonly #now: () => number;
  #holds = false;

  constructor(budget: BodyBudget, now: () => number) {
    this.#budget = budget;
    this.#now = now;
  }

  /** Grows the reservation to `bytes` in all; false where the isolate has no room. */
  reach(bytes: number): boolean {
    if (bytes <= SMALL_BODY_BYTES) return true;
    const granted = this.#budget.hold(this, bytes, this.#now());
    this.#holds ||= granted;
    return granted;
  }

  /** May be called twice. */
  release(): void {
    if (this.#holds) this.#budget.release(this);
    this.#holds = false;
  }
}
