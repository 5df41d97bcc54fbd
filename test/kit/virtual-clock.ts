/** Time that moves only when a test says so; timers run in order of their time. */
export class VirtualClock {
  nowMs: number;
  #timers: { readonly atMs: number; readonly order: number; readonly work: () => void }[] = [];
  #order = 0;

  constructor(nowMs = 1_800_000_000_000) {
    this.nowMs = nowMs;
  }

  readonly schedule = (delayMs: number, work: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, order: this.#order++, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** Lets promises settle, then moves on timer by timer. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settled();
    for (;;) {
      const [next] = this.#timers
        .filter((each) => each.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.work();
      await settled();
    }
    this.nowMs = untilMs;
  }
}

/** All promise reactions that are ready have run. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
