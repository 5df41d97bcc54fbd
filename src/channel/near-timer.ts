/**
 * One timer for all that comes up soon. When it fires late, or is overdue, the process stood still: nobody in it could
 * have asked for work meanwhile, and nothing follows from it that nobody did.
 */
import type { ChannelPorts } from "./ports.ts";

export class NearTimer {
  readonly #ports: Pick<ChannelPorts, "schedule" | "now">;
  readonly #work: () => void;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #stoodStillMs = 0;

  constructor(ports: Pick<ChannelPorts, "schedule" | "now">, work: () => void) {
    this.#ports = ports;
    this.#work = work;
  }

  /** Does the work at that time, epoch milliseconds, unless it is done before. */
  set(dueMs: number): void {
    const nowMs = this.#ports.now();
    const atMs = Math.max(dueMs, nowMs + 1);
    if (this.#timer !== undefined) {
      if (this.#timer.atMs <= atMs) return;
      this.#timer.cancel();
    }
    const cancel = this.#ports.schedule(atMs - nowMs, () => {
      this.#stoodStillMs += this.#overdueMs(this.#ports.now());
      this.#timer = undefined;
      this.#work();
    });
    this.#timer = { atMs, cancel };
  }

  /** `nowMs` less the time in which the process stood still, as far as a timer was set to tell. Only differences mean something, milliseconds. */
  workingMs(nowMs: number): number {
    return nowMs - this.#stoodStillMs - this.#overdueMs(nowMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #overdueMs(nowMs: number): number {
    return Math.max(0, nowMs - (this.#timer?.atMs ?? nowMs));
  }
}
