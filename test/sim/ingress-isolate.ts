/** An isolate of the ingress: the coalescer that its requests share, and what ends with each request and with itself. */
import { Coalescer } from "../../src/ingress/coalesce.ts";
import type { World } from "./world.ts";

export class IngressIsolate {
  readonly coalescer = new Coalescer();
  readonly #requests = new Set<IngressRequest>();

  begin(clock: World["clock"]): IngressRequest {
    const request: IngressRequest = new IngressRequest(clock, () => this.#requests.delete(request));
    this.#requests.add(request);
    return request;
  }

  /** Ends without a word, and everything in it. */
  kill(): void {
    for (const request of [...this.#requests]) request.end();
  }
}

/**
 * As in the runtime: a request lasts while its client is there or its background work runs. After that its timers do not
 * come, and neither does what it waits for.
 */
export class IngressRequest {
  isOver = false;
  readonly #clock: World["clock"];
  readonly #ended: () => void;
  readonly #timers = new Set<() => void>();
  #isClientThere = true;
  #backgroundWorks = 0;

  constructor(clock: World["clock"], ended: () => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  get isClientThere(): boolean {
    return this.#isClientThere && !this.isOver;
  }

  /** The client hung up, or has its answer. */
  clientLeft(): void {
    this.#isClientThere = false;
    if (this.#backgroundWorks === 0) this.end();
  }

  end(): void {
    this.isOver = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#ended();
  }

  readonly waitUntil = (work: Promise<unknown>): void => {
    this.#backgroundWorks++;
    const done = (): void => {
      this.#backgroundWorks--;
      if (this.#backgroundWorks === 0 && !this.#isClientThere) this.end();
    };
    work.then(done, done);
  };

  readonly schedule = (delayMs: number, work: () => void): (() => void) => {
    if (this.isOver) return () => {};
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
    return () => {
      cancel();
      this.#timers.delete(cancel);
    };
  };

  /** What comes back to it while it lasts. */
  reaches<T>(call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      call.then(
        (value) => {
          if (!this.isOver) resolve(value);
        },
        (error) => {
          if (!this.isOver) reject(error);
        },
      );
    });
  }
}
