/** Process with the subscribers of all Triggers of a crash run. Its answers take time, so that kills meet open work. */
import { processOptions, serveVerbs } from "../kit/asked-process.ts";
import { nowMs } from "../kit/clock.ts";
import { eventData, numberOf } from "../kit/numbered-event.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { type Reception, type SubscriberAnswer, serveSubscribers } from "../kit/subscriber-server.ts";
import { crashReply, EVENT_TYPE, REPLY_TYPE } from "./event.ts";
import { type Delivery, TRIGGERS, type TriggerName } from "./evidence.ts";

export interface SinkOptions {
  readonly seed: number;
}

export interface SinkProgress {
  /** Events per Trigger that were answered with 2xx at least once. */
  readonly answered: Readonly<Record<TriggerName, number>>;
  readonly lastArrivalMs: number;
}

/** Share of a subscriber's answers that are 503, percent. */
const FAILING_PERCENT: Readonly<Record<TriggerName, number>> = {
  plain: 0,
  flaky: 30,
  replying: 0,
  replies: 0,
  ordered: 20,
};

/**
 * How long answers take, milliseconds. The ordered one is faster, because it has one event per key at a time; with its
 * failures a key is busy most of the time, so that an event that does not wait for its turn is seen.
 */
const LATENCY_MS: Readonly<Record<TriggerName, readonly [least: number, most: number]>> = {
  plain: [20, 200],
  flaky: [20, 150],
  replying: [20, 200],
  replies: [20, 150],
  ordered: [20, 100],
};

const random = new SeededRandom(processOptions<SinkOptions>().seed);
const received: Delivery[] = [];
const delivered = new Map(TRIGGERS.map((trigger) => [trigger, new Set<number>()]));
let lastArrivalMs = 0;
let answers = 0;

const { port } = await serveSubscribers({ answer, answered, nowMs });

serveVerbs({
  port: () => port,
  progress: (): SinkProgress => ({ answered: countByTrigger(), lastArrivalMs }),
  received: () => received,
});

function answer({ path, headers, arrivedMs }: Reception): SubscriberAnswer {
  lastArrivalMs = arrivedMs;
  const trigger = triggerOf(path);
  const [least, most] = LATENCY_MS[trigger];
  const afterMs = least + random.below(most - least);
  if (random.below(100) < FAILING_PERCENT[trigger]) return { status: 503, afterMs };
  if (trigger !== "replying") return { status: 202, afterMs };
  const number = numberOf(String(headers["ce-id"]));
  return { status: 200, afterMs, ...crashReply(number, ++answers) };
}

function answered(reception: Reception, { status }: SubscriberAnswer, answeredMs: number | undefined): void {
  const trigger = triggerOf(reception.path);
  const { headers, body, arrivedMs } = reception;
  const number = numberOf(String(headers["ce-id"]));
  const answerNumber = trigger === "replies" ? Number(headers["ce-answer"]) : undefined;
  received.push({
    trigger,
    number,
    arrivedMs,
    status,
    isIntact: body === eventData(number) && headers["ce-type"] === (trigger === "replies" ? REPLY_TYPE : EVENT_TYPE),
    ...(answeredMs === undefined ? {} : { answeredMs }),
    ...(answerNumber === undefined ? {} : { answer: answerNumber }),
  });
  if (status < 300 && answeredMs !== undefined) delivered.get(trigger)?.add(number);
}

function triggerOf(path: string): TriggerName {
  const trigger = TRIGGERS.find((name) => path === `/${name}`);
  if (trigger === undefined) throw new Error(`a request for ${path}, which is no Trigger's path`);
  return trigger;
}

function countByTrigger(): Record<TriggerName, number> {
  const count = (trigger: TriggerName) => delivered.get(trigger)?.size ?? 0;
  return {
    plain: count("plain"),
    flaky: count("flaky"),
    replying: count("replying"),
    replies: count("replies"),
    ordered: count("ordered"),
  };
}
