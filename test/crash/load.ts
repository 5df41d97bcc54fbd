/**
 * A steady load of CloudEvents over HTTP: one lane per key, each posting its events strictly one after another, so
 * that the order within a key is known and as many requests are open as there are keys.
 */
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** A post without an answer counts as failed after this, milliseconds. */
const POST_TIMEOUT_MS = 20_000;
/** A lane rests after a failure, so that a router that is down is not hammered, milliseconds. */
const REST_MS = 50;

export interface LoadOptions {
  readonly url: string;
  readonly keys: number;
  readonly ratePerSecond: number;
}

export interface LoadEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoadResult {
  readonly number: number;
  readonly key: number;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Undefined when the connection broke or no answer came in time. */
  readonly status?: number;
}

export interface LoadPorts {
  event(number: number, key: number): LoadEvent;
  finished(result: LoadResult): void;
  nowMs(): number;
}

export class Load {
  readonly #options: LoadOptions;
  readonly #ports: LoadPorts;
  readonly #agent: Agent;
  #next = 0;
  #running: Promise<unknown> | undefined;
  #stopping = new AbortController();

  constructor(options: LoadOptions, ports: LoadPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.keys });
  }

  resume(): void {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    const lanes = Array.from({ length: this.#options.keys }, (_, key) => this.#lane(key, this.#stopping.signal));
    this.#running = Promise.all(lanes);
  }

  /** Resolves when the last request has ended. */
  async pause(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
  }

  /** How many events were begun. */
  get count(): number {
    return this.#next;
  }

  async #lane(key: number, stopping: AbortSignal): Promise<void> {
    const everyMs = (1_000 * this.#options.keys) / this.#options.ratePerSecond;
    let dueMs = this.#ports.nowMs() + (everyMs * key) / this.#options.keys;
    while (!stopping.aborted) {
      await pauseUntil(dueMs, this.#ports.nowMs(), stopping);
      if (stopping.aborted) return;
      const number = this.#next++;
      const startedMs = this.#ports.nowMs();
      const status = await post(this.#options.url, this.#ports.event(number, key), this.#agent);
      const endedMs = this.#ports.nowMs();
      this.#ports.finished({ number, key, startedMs, endedMs, ...(status === undefined ? {} : { status }) });
      // A lane that fell behind does not catch up in a burst.
      dueMs = Math.max(dueMs + everyMs, endedMs + (status === 202 ? 0 : REST_MS));
    }
  }
}

async function pauseUntil(dueMs: number, nowMs: number, stopping: AbortSignal): Promise<void> {
  if (dueMs <= nowMs) return;
  try {
    await wait(dueMs - nowMs, undefined, { signal: stopping });
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

function post(url: string, event: LoadEvent, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(url, { method: "POST", agent, headers: event.headers, timeout: POST_TIMEOUT_MS });
    outgoing.on("response", (incoming) => {
      incoming.resume();
      // The status is what counts; a connection that breaks after it changes nothing.
      incoming.on("close", () => resolve(incoming.statusCode));
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", () => resolve(undefined));
    outgoing.end(event.body);
  });
}
