/** When namespaces are looked at again although nothing in them changed: less and less often while it does not help. */
export class RetryTimes {
  readonly #retries = new Map<string, Retry>();

  /** After these were tried: what became of them decides whether, and when, they are tried again. */
  settle(tried: Iterable<string>, failed: ReadonlySet<string>, nowMs: number): void {
    for (const namespace of tried) {
      if (failed.has(namespace)) this.#later(namespace, nowMs);
      else this.#retries.delete(namespace);
    }
  }

  has(namespace: string): boolean {
    return this.#retries.has(namespace);
  }

  all(): readonly DueNamespace[] {
    return [...this.#retries].map(([namespace, { dueAtMs }]) => ({ namespace, dueAtMs }));
  }

  #later(namespace: string, nowMs: number): void {
    const pauseMs = this.#retries.get(namespace)?.nextPauseMs ?? FIRST_PAUSE_MS;
    const nextPauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    this.#retries.set(namespace, { dueAtMs: nowMs + pauseMs, nextPauseMs });
  }
}

export interface DueNamespace {
  readonly namespace: string;
  readonly dueAtMs: number;
}

interface Retry {
  readonly dueAtMs: number;
  readonly nextPauseMs: number;
}

const FIRST_PAUSE_MS = 1_000;
/** As far apart as pokes are, for which the object wakes anyway. */
const LONGEST_PAUSE_MS = 300_000;
