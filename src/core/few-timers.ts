/**
 * Many waits with few of the runtime's timers. Setting and clearing one costs as much as a tenth of a delivery, and workerd
 * keeps 256 bytes of each that is cleared, and of none that fires, until the invocation or the object ends:
 *
 *   waits    5 · 9 · 9 · 30,000 · 30,001 · 30,002
 *   armed    5 ·          30,000                    the earliest, and those that were the earliest once
 *
 * A wait that is cancelled is forgotten; a timer that finds nothing due is armed for the next.
 */

export interface TimerPorts {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Does the work later unless cancelled by the returned function. */
  readonly schedule: (delayMs: number, work: () => void) => () => void;
}

/** With nothing to wait for all this time, milliseconds, what is armed is cleared: an object with timers stays in memory. */
const REST_MS = 1_000;

interface Wait {
  readonly atMs: number;
  readonly work: () => void;
}

export class FewTimers {
  readonly #ports: TimerPorts;
  readonly #waits = new Set<Wait>();
  /** By time: the runtime's timers, and how each is cleared. */
  readonly #armed = new Map<number, () => void>();
  #earliestMs = Number.POSITIVE_INFINITY;
  /** While nothing is waited for. */
  #restsAtMs: number | undefined;

  constructor(ports: TimerPorts) {
    this.#ports = ports;
  }

  readonly schedule: TimerPorts["schedule"] = (delayMs, work) => {
    const wait = { atMs: this.#ports.now() + delayMs, work };
    this.#restsAtMs = undefined;
    this.#waits.add(wait);
    this.#arm(wait.atMs);
    return () => {
      this.#waits.delete(wait);
      if (this.#waits.size === 0) this.#rest();
    };
  };

  /** Forgets all waits, and clears what is armed. */
  end(): void {
    this.#waits.clear();
    for (const clear of this.#armed.values()) clear();
    this.#armed.clear();
    this.#earliestMs = Number.POSITIVE_INFINITY;
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
    try {
      // One may cancel another.
      for (const wait of due) if (this.#waits.delete(wait)) wait.work();
    } finally {
      // What one throws must not leave the others waiting for ever.
      this.#armForNext();
    }
  }

  #armForNext(): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#waits) nextMs = Math.min(nextMs, atMs);
    if (Number.isFinite(nextMs)) this.#arm(nextMs);
    else this.#rest();
  }

  /** Nothing is waited for. Mostly something is again at once, as the next request is; what is armed serves that too. */
  #rest(): void {
    const nowMs = this.#ports.now();
    this.#restsAtMs ??= nowMs + REST_MS;
    if (this.#restsAtMs <= nowMs) this.end();
    else if (this.#armed.size > 0) this.#arm(this.#restsAtMs);
  }
}
