/**
 * Many waits with few of the runtime's timers, because setting and clearing one costs as much as a tenth of a delivery:
 *
 *   waits    5 · 9 · 9 · 30,000 · 30,001 · 30,002
 *   armed    5 ·          30,000                    the earliest, and those that were the earliest once
 *
 * A wait that is cancelled is forgotten; a timer that finds nothing due is armed for the next.
 */
import type { CourierPorts } from "./ports.ts";

interface Wait {
  readonly atMs: number;
  readonly work: () => void;
}

export class FewTimers {
  readonly #ports: Pick<CourierPorts, "now" | "schedule">;
  readonly #waits = new Set<Wait>();
  /** By time: the runtime's timers, and how each is cleared. */
  readonly #armed = new Map<number, () => void>();
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(ports: Pick<CourierPorts, "now" | "schedule">) {
    this.#ports = ports;
  }

  readonly schedule: CourierPorts["schedule"] = (delayMs, work) => {
    const wait = { atMs: this.#ports.now() + delayMs, work };
    this.#waits.add(wait);
    this.#arm(wait.atMs);
    return () => {
      this.#waits.delete(wait);
    };
  };

  /** Nothing is waited for any more. */
  end(): void {
    this.#waits.clear();
    for (const clear of this.#armed.values()) clear();
    this.#armed.clear();
  }

  #arm(atMs: number): void {
    if (atMs >= this.#earliestMs) return;
    this.#earliestMs = atMs;
    this.#armed.set(
      atMs,
      this.#ports.schedule(atMs - this.#ports.now(), () => this.#look(atMs)),
    );
  }

  #look(armedMs: number): void {
    this.#armed.delete(armedMs);
    this.#earliestMs = Math.min(Number.POSITIVE_INFINITY, ...this.#armed.keys());
    // A runtime's timer may come a moment early, by its clock.
    const nowMs = Math.max(armedMs, this.#ports.now());
    const due = [...this.#waits].filter(({ atMs }) => atMs <= nowMs).sort((one, other) => one.atMs - other.atMs);
    // One may cancel another.
    for (const wait of due) if (this.#waits.delete(wait)) wait.work();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#waits) nextMs = Math.min(nextMs, atMs);
    if (Number.isFinite(nextMs)) this.#arm(nextMs);
  }
}
