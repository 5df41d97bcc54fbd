/** The active stragglers of one subscription by what they wait for, those of each kind by their due time. */
import { DueQueue, type Straggler } from "./straggler.ts";

export class StragglerQueues {
  readonly #queues: Readonly<Record<Straggler["state"], DueQueue>> = {
    retrying: new DueQueue(),
    replying: new DueQueue(),
    "dead-lettering": new DueQueue(),
  };
  readonly #isWaiting: (straggler: Straggler) => boolean;

  /** `isWaiting`: still one of the subscription's, and not out. */
  constructor(isWaiting: (straggler: Straggler) => boolean) {
    this.#isWaiting = isWaiting;
  }

  push(straggler: Straggler): void {
    this.#queues[straggler.state].push(straggler);
  }

  /** The one that `due` or `dueAtMs` has just looked at is taken. */
  pop(state: Straggler["state"]): void {
    this.#queues[state].pop();
  }

  clear(): void {
    for (const queue of Object.values(this.#queues)) queue.clear();
  }

  /** The first of its kind, if its time has come. */
  due(state: Straggler["state"], nowMs: number): Straggler | undefined {
    const first = this.#first(state);
    return first !== undefined && first.dueAtMs <= nowMs ? first : undefined;
  }

  /** When the first of its kind is due: epoch milliseconds, Infinity without one. */
  dueAtMs(state: Straggler["state"]): number {
    return this.#first(state)?.dueAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** The first straggler of the queue that is still what it was when it was put there. */
  #first(state: Straggler["state"]): Straggler | undefined {
    const queue = this.#queues[state];
    for (let first = queue.peek(); first !== undefined; first = queue.peek()) {
      const { straggler, dueAtMs } = first;
      const isCurrent = straggler.state === state && straggler.dueAtMs === dueAtMs;
      if (isCurrent && this.#isWaiting(straggler)) return straggler;
      queue.pop();
    }
    return undefined;
  }
}
