/** Posts the numbered events of a run; one that gets no 202 is posted again, with the same key, until it does. */
import { authorization, type RouterApi } from "../kit/apply.ts";
import { nowMs } from "../kit/clock.ts";
import type { Posted } from "../kit/histories.ts";
import { Load, type LoadResult } from "../kit/load.ts";
import { plannedEvent } from "./event.ts";
import type { FailedPost } from "./evidence.ts";

/** Events per second and ordering key: a key waits for its last post, so that a slow network needs more of them. */
const RATE_PER_KEY = 5;
const FEWEST_KEYS = 8;
/** Between two posts of one event, milliseconds: a router that starts is not hammered. */
const REST_MS = 100;
/** An event is given up this long after its first post, milliseconds. */
const GIVE_UP_MS = 120_000;

export interface ProducerOptions {
  readonly router: RouterApi;
  readonly run: string;
  readonly brokerUrl: string;
  readonly ratePerSecond: number;
}

export class Producer {
  readonly posted: Posted[] = [];
  readonly failedPosts: FailedPost[] = [];
  acceptedCount = 0;
  readonly #load: Load;
  /** When events were posted first that are still being posted. */
  readonly #begunMs = new Map<number, number>();
  #giveUpAtMs = Number.POSITIVE_INFINITY;

  constructor({ router, run, brokerUrl, ratePerSecond }: ProducerOptions) {
    const keys = Math.max(FEWEST_KEYS, Math.ceil(ratePerSecond / RATE_PER_KEY));
    this.#load = new Load(
      { url: brokerUrl, keys, ratePerSecond, pace: "open", restMs: REST_MS },
      {
        event: (post) => {
          const { headers, body } = plannedEvent(run, post);
          return { headers: { ...headers, ...authorization(router) }, body };
        },
        finished: (result) => this.#finished(result),
        again: ({ number }) => this.#begunMs.has(number),
        nowMs,
      },
    );
  }

  start(): void {
    this.#load.resume();
  }

  /**
   * Begins no more events; resolves when those that were begun are acknowledged or given up, which happens at `untilMs`
   * to those that are not. May be called again with an earlier time.
   */
  async stop(untilMs: number): Promise<void> {
    this.#giveUpAtMs = untilMs;
    await this.#load.pause();
  }

  /** Whether every event that was begun is over. */
  get isIdle(): boolean {
    return this.posted.length === this.#load.count;
  }

  /** How many events were begun. */
  get count(): number {
    return this.#load.count;
  }

  #finished({ number, key, startedMs, endedMs, status }: LoadResult): void {
    const begunMs = this.#begunMs.get(number) ?? startedMs;
    this.#begunMs.set(number, begunMs);
    const refusal = status === undefined || status === 202 ? {} : { status };
    if (status !== 202) this.failedPosts.push({ startedMs, endedMs, ...refusal });
    if (status !== 202 && endedMs < Math.min(begunMs + GIVE_UP_MS, this.#giveUpAtMs)) return;
    this.#begunMs.delete(number);
    if (status === 202) this.acceptedCount++;
    this.posted.push({ number, key, startedMs: begunMs, endedMs, ...(status === 202 ? { ackedMs: endedMs } : {}) });
  }
}
