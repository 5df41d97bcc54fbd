/**
 * Ends requests that take too long: one timer for all requests of a run, and abort controllers that are used again. A timer
 * and a controller for each request would cost a tenth of a delivery.
 */
import type { CourierPorts } from "./ports.ts";

/** Each request leaves a listener behind on its signal, so a controller retires after this many. */
const USES = 16;

/** One request's time. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The time is over: what failed failed by it. */
  readonly isOver: boolean;
  /** The exchange has ended, its body read or cancelled; must be called, once. */
  end(): void;
}

export class Deadlines {
  readonly #ports: Pick<CourierPorts, "now" | "schedule">;
  readonly #running = new Set<Slot>();
  readonly #spare: Slot[] = [];
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(ports: Pick<CourierPorts, "now" | "schedule">) {
    this.#ports = ports;
  }

  start(timeoutMs: number): Deadline {
    const slot = this.#spare.pop() ?? new Slot((ended) => this.#ended(ended));
    slot.atMs = this.#ports.now() + timeoutMs;
    slot.uses++;
    this.#running.add(slot);
    if (this.#timer === undefined || slot.atMs < this.#timer.atMs) this.#watch(slot.atMs);
    return slot;
  }

  #ended(slot: Slot): void {
    this.#running.delete(slot);
    if (slot.uses < USES && !slot.isOver) this.#spare.push(slot);
    if (this.#running.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #watch(atMs: number): void {
    this.#timer?.cancel();
    const cancel = this.#ports.schedule(Math.max(1, atMs - this.#ports.now()), () => this.#look());
    this.#timer = { atMs, cancel };
  }

  /** Most requests that the timer was set for have ended long ago: it goes on to the next one's time. */
  #look(): void {
    this.#timer = undefined;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const slot of this.#running) {
      if (slot.isOver) continue;
      if (slot.atMs <= this.#ports.now()) slot.abort();
      else nextMs = Math.min(nextMs, slot.atMs);
    }
    if (Number.isFinite(nextMs)) this.#watch(nextMs);
  }
}

class Slot implements Deadline {
  atMs = 0;
  uses = 0;
  readonly #controller = new AbortController();
  readonly #ended: (slot: Slot) => void;

  constructor(ended: (slot: Slot) => void) {
    this.#ended = ended;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  abort(): void {
    this.#controller.abort();
  }

  end(): void {
    this.#ended(this);
  }
}
