/**
 * A steady load of CloudEvents over HTTP: one lane per key, each posting its events strictly one after another, so
 * that the order within a key is known and as many requests are open as there are keys.
 */
import { Agent, request } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { setTimeout as wait } from "node:timers/promises";

/** A post without an answer counts as failed after this, milliseconds. */
const POST_TIMEOUT_MS = 20_000;
/** A lane rests after a failure, so that a router that is down is not hammered, milliseconds. */
const REST_MS = 50;

export interface LoadOptions {
  readonly url: string;
  readonly keys: number;
  readonly ratePerSecond: number;
  /**
   * What a lane does that fell behind: `steady`, the default, goes on from now, so that no burst follows; `open` posts
   * at once whatever was due, so that the rate is kept whatever the router does.
   */
  readonly pace?: "steady" | "open";
  /** Rest after a failure, milliseconds; REST_MS unless given. */
  readonly restMs?: number;
}

export interface PlannedPost {
  readonly number: number;
  readonly key: number;
  readonly attempt: number;
  /** When the rate wanted it posted. */
  readonly dueMs: number;
}

export interface LoadEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoadResult {
  readonly number: number;
  readonly key: number;
  /** Counts the posts of this event, from 1. */
  readonly attempt: number;
  readonly startedMs: number;
  readonly endedMs: number;
  /** Undefined when the connection broke or no answer came in time. */
  readonly status?: number;
}

export interface LoadPorts {
  event(post: PlannedPost): LoadEvent;
  finished(result: LoadResult): void;
  /** Whether the lane posts the same event again, after a rest; without this port it never does. */
  again?(result: LoadResult): boolean;
  nowMs(): number;
}

export class Load {
  readonly #options: LoadOptions;
  readonly #ports: LoadPorts;
  readonly #agent: Agent;
  readonly #request: typeof request;
  #next = 0;
  #running: Promise<unknown> | undefined;
  #stopping = new AbortController();

  constructor(options: LoadOptions, ports: LoadPorts) {
    this.#options = options;
    this.#ports = ports;
    const isSecure = new URL(options.url).protocol === "https:";
    this.#request = isSecure ? secureRequest : request;
    this.#agent = new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: options.keys });
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
      const { endedMs, status } = await this.#postUntilOver(this.#next++, key, dueMs);
      const restMs = status === 202 ? 0 : this.#restMs;
      dueMs = this.#options.pace === "open" ? dueMs + everyMs : Math.max(dueMs + everyMs, endedMs + restMs);
    }
  }

  async #postUntilOver(number: number, key: number, dueMs: number): Promise<LoadResult> {
    for (let attempt = 1; ; attempt++) {
      const event = this.#ports.event({ number, key, attempt, dueMs });
      const startedMs = this.#ports.nowMs();
      const status = await this.#post(event);
      const endedMs = this.#ports.nowMs();
      const result = { number, key, attempt, startedMs, endedMs, ...(status === undefined ? {} : { status }) };
      this.#ports.finished(result);
      if (this.#ports.again?.(result) !== true) return result;
      await wait(this.#restMs);
    }
  }

  get #restMs(): number {
    return this.#options.restMs ?? REST_MS;
  }

  #post({ headers, body }: LoadEvent): Promise<number | undefined> {
    return new Promise((resolve) => {
      const options = { method: "POST", agent: this.#agent, headers, timeout: POST_TIMEOUT_MS };
      const outgoing = this.#request(this.#options.url, options);
      outgoing.on("response", (incoming) => {
        incoming.resume();
        // The status is what counts; a connection that breaks after it changes nothing.
        incoming.on("close", () => resolve(incoming.statusCode));
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
      outgoing.on("error", () => resolve(undefined));
      outgoing.end(body);
    });
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
