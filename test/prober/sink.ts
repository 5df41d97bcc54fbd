/** The subscribers of a prober run, in this process. */
import { nowMs } from "../kit/clock.ts";
import { isSuccess, type Posted } from "../kit/histories.ts";
import {
  type Reception,
  type SubscriberAnswer,
  type SubscriberServer,
  serveSubscribers,
} from "../kit/subscriber-server.ts";
import { readEvent } from "./event.ts";
import { type Delivery, TRIGGERS, type TriggerName } from "./evidence.ts";
import { subscriberPath } from "./manifests.ts";

/** `flaky` refuses the first delivery of one event in this many. */
const FLAKY_EVERY = 10;

export interface SinkOptions {
  readonly run: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Whether a delivery is written down. A test has one forgotten, to see that it is missed. */
  notes(delivery: Delivery): boolean;
}

export class ProberSink {
  readonly received: Delivery[] = [];
  readonly #options: SinkOptions;
  readonly #delivered = new Map(TRIGGERS.map((trigger) => [trigger, new Set<number>()]));
  readonly #probed = new Set<TriggerName>();
  readonly #refused = new Set<number>();
  #server: SubscriberServer | undefined;

  static async listen(options: SinkOptions): Promise<ProberSink> {
    const sink = new ProberSink(options);
    sink.#server = await serveSubscribers(
      {
        answer: (reception) => sink.#answer(reception),
        answered: (...seen) => sink.#answered(...seen),
        nowMs,
      },
      options.listen,
    );
    return sink;
  }

  private constructor(options: SinkOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Triggers whose delivery of the probe has not come. */
  get unprobed(): readonly TriggerName[] {
    return TRIGGERS.filter((trigger) => !this.#probed.has(trigger));
  }

  get deliveredCount(): number {
    return [...this.#delivered.values()].reduce((sum, numbers) => sum + numbers.size, 0);
  }

  /** Whether each acknowledged event was answered with 2xx by each subscriber. */
  hasAll(posted: readonly Posted[]): boolean {
    const acked = posted.filter(({ ackedMs }) => ackedMs !== undefined);
    return [...this.#delivered.values()].every(
      (numbers) => numbers.size >= acked.length && acked.every(({ number }) => numbers.has(number)),
    );
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #answer(reception: Reception): SubscriberAnswer {
    const trigger = this.#triggerOf(reception.path);
    if (trigger === undefined) return { status: 404, afterMs: 0 };
    const { number, isProbe } = readEvent(this.#options.run, reception);
    if (trigger !== "flaky" || isProbe || number % FLAKY_EVERY !== 0) return { status: 202, afterMs: 0 };
    if (this.#refused.has(number)) return { status: 202, afterMs: 0 };
    this.#refused.add(number);
    return { status: 503, afterMs: 0 };
  }

  #answered(reception: Reception, { status }: SubscriberAnswer, answeredMs: number | undefined): void {
    const trigger = this.#triggerOf(reception.path);
    if (trigger === undefined) return;
    const { isProbe, ...event } = readEvent(this.#options.run, reception);
    if (isProbe) {
      this.#probed.add(trigger);
      return;
    }
    const { arrivedMs } = reception;
    const delivery = { trigger, ...event, arrivedMs, status, ...(answeredMs === undefined ? {} : { answeredMs }) };
    if (!this.#options.notes(delivery)) return;
    this.received.push(delivery);
    if (isSuccess(delivery)) this.#delivered.get(trigger)?.add(delivery.number);
  }

  #triggerOf(path: string): TriggerName | undefined {
    // Under a sink URL with a path of its own, that path may come along.
    return TRIGGERS.find((trigger) => path.endsWith(subscriberPath(this.#options.run, trigger)));
  }
}
