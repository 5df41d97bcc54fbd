/** Time that moves only when a test says so; timers run in order of their time. */
import { type Timer, TimerHeap } from "./timer-heap.ts";

/** Event loop turns in which streams come to rest. */
const TURNS = 4;
const MOST_TIMERS = 200_000;

export class VirtualClock {
  nowMs: number;
  readonly startMs: number;
  /** Counts the turns: within one, promises do not settle between timers. */
  turn = 0;
  readonly #timers = new TimerHeap();
  #order = 0;
  #pending = 0;

  constructor(nowMs = 1_800_000_000_000) {
    this.nowMs = nowMs;
    this.startMs = nowMs;
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#pending;
  }

  readonly schedule = (delayMs: number, work: () => void): (() => void) => {
    // Whole milliseconds, as everywhere: what is due in a fraction is due with the next.
    const timer: Timer = { atMs: this.nowMs + Math.ceil(Math.max(0, delayMs)), order: this.#order++, work };
    this.#timers.push(timer);
    this.#pending++;
    return () => {
      if (timer.work === undefined) return;
      timer.work = undefined;
      this.#pending--;
    };
  };

  /** Ends after that time, or with an error when the signal does. */
  wait(ms: number, signal?: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.schedule(ms, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        reject(new Error("aborted"));
      });
    });
  }

  /** Lets promises settle, then moves on timer by timer. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settled();
    while (this.#fireNext(untilMs)) await settled();
    this.nowMs = untilMs;
  }

  /** As `advance`, with the timers of one instant together; those that they set for the same instant come a turn later. */
  async advanceByInstants(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settled();
    for (let next = this.#timers.peek(); next !== undefined && next.atMs <= untilMs; next = this.#timers.peek()) {
      this.turn++;
      const { atMs } = next;
      const latest = this.#order;
      for (; next !== undefined && next.atMs <= atMs && next.order < latest; next = this.#timers.peek()) {
        this.#fireNext(atMs);
      }
      await settled();
    }
    this.nowMs = untilMs;
  }

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    work.then(done, done);
    for (let fired = 0; ; fired++) {
      for (let turn = 0; turn < TURNS && !isDone; turn++) await settled();
      if (isDone) return work;
      if (fired > MOST_TIMERS) throw new Error("the work goes round in circles");
      if (!this.#fireNext(Number.POSITIVE_INFINITY)) throw new Error("the work waits for nothing");
    }
  }

  #fireNext(untilMs: number): boolean {
    const next = this.#timers.peek();
    if (next?.work === undefined || next.atMs > untilMs) return false;
    this.#timers.pop();
    this.#pending--;
    this.nowMs = Math.max(this.nowMs, next.atMs);
    const { work } = next;
    next.work = undefined;
    work();
    return true;
  }
}

/** All promise reactions that are ready have run. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
