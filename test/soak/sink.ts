/** Process with the subscribers of a soak and its dead letter sink. */
import { serveVerbs } from "../kit/asked-process.ts";
import { nowMs } from "../kit/clock.ts";
import { eventData, numberOf } from "../kit/numbered-event.ts";
import { type Reception, type SubscriberAnswer, serveSubscribers } from "../kit/subscriber-server.ts";
import { windowOf } from "./evidence.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { DEAD_LETTERS, FAILING, HEALTHY, SLOW } from "./manifests.ts";
import { NumberSet } from "./number-set.ts";
import { DUE_HEADER } from "./soak-event.ts";

/** Above the second from which the router takes a subscriber for slow. */
const SLOW_ANSWER_MS = 1_500;

const ANSWERS: ReadonlyMap<string, SubscriberAnswer> = new Map([
  [HEALTHY, { status: 202, afterMs: 0 }],
  [SLOW, { status: 202, afterMs: SLOW_ANSWER_MS }],
  [FAILING, { status: 503, afterMs: 0 }],
  [DEAD_LETTERS, { status: 202, afterMs: 0 }],
]);

export interface SinkProgress {
  readonly healthy: number;
  readonly slow: number;
  readonly deadLetters: number;
  /** When the healthy subscriber last had an event that was new to it. */
  readonly lastHealthyMs: number;
}

export interface Counted {
  /** Bytes of a `NumberSet`. */
  readonly numbers: Uint8Array;
  readonly requests: number;
  readonly altered: number;
}

export interface Sunk {
  readonly healthy: Counted;
  readonly slow: Counted;
  readonly failing: Counted;
  readonly deadLetters: Counted;
  /** Counts of the healthy subscriber's `LatencyHistogram`, by window. */
  readonly windows: ReadonlyMap<number, Uint32Array>;
}

class Counter {
  readonly numbers = new NumberSet();
  #requests = 0;
  #altered = 0;

  /** Whether the event was not here before. */
  count(number: number, isIntact: boolean): boolean {
    this.#requests++;
    if (!isIntact) this.#altered++;
    return this.numbers.add(number);
  }

  get counted(): Counted {
    return { numbers: this.numbers.bytes, requests: this.#requests, altered: this.#altered };
  }
}

const healthy = new Counter();
const slow = new Counter();
const failing = new Counter();
const deadLetters = new Counter();
const counters = new Map([
  [HEALTHY, healthy],
  [SLOW, slow],
  [FAILING, failing],
  [DEAD_LETTERS, deadLetters],
]);
const windows = new Map<number, LatencyHistogram>();
let lastHealthyMs = 0;

const { port } = await serveSubscribers({ answer, answered, nowMs });

serveVerbs({
  port: () => port,
  progress: (): SinkProgress => ({
    healthy: healthy.numbers.size,
    slow: slow.numbers.size,
    deadLetters: deadLetters.numbers.size,
    lastHealthyMs,
  }),
  sunk: (): Sunk => ({
    healthy: healthy.counted,
    slow: slow.counted,
    failing: failing.counted,
    deadLetters: deadLetters.counted,
    windows: new Map([...windows].map(([window, { counts }]) => [window, counts])),
  }),
});

function answer({ path }: Reception): SubscriberAnswer {
  const planned = ANSWERS.get(path.slice(1));
  if (planned === undefined) throw new Error(`a request for ${path}, which is no subscriber's path`);
  return planned;
}

function answered({ path, headers, body, arrivedMs }: Reception, _: SubscriberAnswer, answeredMs?: number): void {
  // The caller hung up: it will come again.
  if (answeredMs === undefined) return;
  const number = numberOf(String(headers["ce-id"]));
  const isNew = counters.get(path.slice(1))?.count(number, body === eventData(number));
  if (path !== `/${HEALTHY}` || isNew !== true) return;
  lastHealthyMs = arrivedMs;
  histogramAt(windowOf(arrivedMs)).record(arrivedMs - Number(headers[DUE_HEADER]));
}

function histogramAt(window: number): LatencyHistogram {
  const existing = windows.get(window);
  if (existing !== undefined) return existing;
  const histogram = new LatencyHistogram();
  windows.set(window, histogram);
  return histogram;
}
