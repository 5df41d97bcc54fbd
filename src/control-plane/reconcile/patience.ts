/**
 * How long one pass waits in vain for the channels of one namespace. A channel that hangs costs each call all the time that calls
 * have; once a namespace has cost so much, the rest of its calls are for the next pass, and the others have their turn.
 */
import { CALL_TIMEOUT_MS } from "../call-timeout.ts";

export class Patience {
  readonly #now: () => number;
  /** By namespace: time of calls that came to nothing. */
  readonly #lostMs = new Map<string, number>();
  readonly #putOff = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** To be asked before a call to a channel of this namespace; after a no, there are calls left for another time. */
  isLeft(namespace: string): boolean {
    const isLeft = (this.#lostMs.get(namespace) ?? 0) < MOST_LOST_MS;
    if (!isLeft) this.#putOff.add(namespace);
    return isLeft;
  }

  async spend<T>(namespace: string, call: () => Promise<T>, isInVain: (answer: T) => boolean): Promise<T> {
    const begunAtMs = this.#now();
    const answer = await call();
    if (isInVain(answer)) {
      this.#lostMs.set(namespace, (this.#lostMs.get(namespace) ?? 0) + this.#now() - begunAtMs);
    }
    return answer;
  }

  /** Namespaces for which the answer was no. */
  putOff(): Iterable<string> {
    return this.#putOff;
  }
}

/** As long as one call to a channel that hangs takes; calls fail sooner where there is nothing to wait for. */
const MOST_LOST_MS = CALL_TIMEOUT_MS;
