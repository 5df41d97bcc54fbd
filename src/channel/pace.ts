/**
 * When a busy channel commits: each commit costs rows, however many events it holds, so under a steady load events wait a
 * moment for company.
 *
 *   few events lately      commit at once
 *   many                   at most one commit every PACE_MS, or as soon as COMPANY_EVENTS wait
 */
import { BUSY_EVENTS, BUSY_MS, COMPANY_EVENTS, PACE_MS } from "./limits.ts";

export class Pace {
  #lastCommitMs = Number.NEGATIVE_INFINITY;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #isBusy = false;

  /** Events came in. */
  arrived(events: number, nowMs: number): void {
    if (nowMs - this.#sinceMs >= BUSY_MS) {
      // An interval that nothing came after says nothing about now.
      this.#isBusy = this.#count >= BUSY_EVENTS && nowMs - this.#sinceMs < 2 * BUSY_MS;
      this.#sinceMs = nowMs;
      this.#count = 0;
    }
    this.#count += events;
  }

  committed(nowMs: number): void {
    this.#lastCommitMs = nowMs;
  }

  /** How long the events that wait should wait for more, milliseconds; 0 for not at all. */
  waitMs(waitingEvents: number, nowMs: number): number {
    if (!this.#isBusy || waitingEvents >= COMPANY_EVENTS) return 0;
    return Math.max(0, this.#lastCommitMs + PACE_MS - nowMs);
  }
}
