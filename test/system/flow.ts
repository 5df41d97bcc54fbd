/** One Broker of a running router with its Triggers and an HTTP subscriber of its own: what one behaviour works with. */
import { setTimeout as wait } from "node:timers/promises";
import { apply } from "../kit/apply.ts";
import { type ReceivedRequest, type Sink, type SinkAnswer, startSink } from "./sink.ts";

const POLL_MS = 50;
/** Some lost wake-ups in a row, each made good by the channel's watchdog of 5 s; a healthy run needs a fraction. */
export const ARRIVE_TIMEOUT_MS = 30_000;

export interface TriggerOptions {
  readonly type?: string;
  /** Instead of the sink. */
  readonly subscriber?: Readonly<Record<string, unknown>>;
  readonly delivery?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly answer?: (request: ReceivedRequest) => SinkAnswer | Promise<SinkAnswer>;
}

export interface SubscriptionStats {
  readonly name: string;
  readonly behind: number;
  readonly inFlight: number;
  readonly retrying: number;
  readonly counters: Readonly<Record<string, number>>;
}

export class Flow {
  readonly sink: Sink;
  readonly #url: string;
  readonly #broker: string;

  static async start(router: { readonly url: string }, broker: string): Promise<Flow> {
    await startBroker(router.url, broker);
    return new Flow(router.url, broker, await startSink());
  }

  private constructor(url: string, broker: string, sink: Sink) {
    this.#url = url;
    this.#broker = broker;
    this.sink = sink;
  }

  /** A Trigger whose subscriber is the sink's path of the same name. */
  async trigger(name: string, options: TriggerOptions = {}): Promise<void> {
    const { type, delivery, annotations, answer, subscriber = { uri: `${this.sink.url}/${name}` } } = options;
    if (answer !== undefined) this.sink.answer(`/${name}`, answer);
    await apply(
      { url: this.#url },
      {
        apiVersion: "eventing.knative.dev/v1",
        kind: "Trigger",
        metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
        spec: {
          broker: this.#broker,
          subscriber,
          ...(type === undefined ? {} : { filter: { attributes: { type } } }),
          ...(delivery === undefined ? {} : { delivery }),
        },
      },
    );
  }

  /** Posts an event; throws unless it was accepted. */
  async post(id: string, attributes: Readonly<Record<string, string>> = {}, body = `data of ${id}`): Promise<void> {
    const headers: Record<string, string> = { "content-type": "text/plain" };
    const all = { specversion: "1.0", type: "event", source: "/test", id, ...attributes };
    for (const [name, value] of Object.entries(all)) headers[`ce-${name}`] = value;
    const answer = await fetch(`${this.#url}/default/${this.#broker}`, {
      method: "POST",
      headers,
      body,
    });
    const text = await answer.text();
    if (answer.status !== 202) throw new Error(`event ${id} was answered with ${answer.status}: ${text}`);
  }

  /** Deletes the Broker and creates it again; resolves when its Triggers are back. */
  async createAnew(triggers: readonly string[]): Promise<void> {
    const path = `${this.#url}/apis/eventing.knative.dev/v1/namespaces/default/brokers/${this.#broker}`;
    const answer = await fetch(path, { method: "DELETE" });
    if (answer.status !== 200) throw new Error(`the Broker was not deleted: ${answer.status} ${await answer.text()}`);
    await answer.text();
    await startBroker(this.#url, this.#broker);
    for (const trigger of triggers) await this.over(trigger, ({ delivered }) => delivered === 0);
  }

  /** Ids of the events that arrived for a Trigger, in order of arrival. */
  idsAt(trigger: string): string[] {
    return this.sink.requestsTo(`/${trigger}`).map((request) => String(request.headers["ce-id"]));
  }

  async arrived(trigger: string, count: number): Promise<void> {
    await this.sink.until(() => this.sink.requestsTo(`/${trigger}`).length >= count, {
      timeoutMs: ARRIVE_TIMEOUT_MS,
      describe: () => `${this.sink.requestsTo(`/${trigger}`).length} of ${count} requests came to ${trigger}`,
    });
  }

  /** Resolves with the counters of a Trigger once nothing of it is pending, out or retrying. */
  async over(trigger: string, isOver: (counters: Readonly<Record<string, number>>) => boolean) {
    let seen = "nothing";
    for (const deadline = performance.now() + ARRIVE_TIMEOUT_MS; performance.now() < deadline; await wait(POLL_MS)) {
      const { subscriptions } = await this.operator<{ subscriptions: SubscriptionStats[] }>(
        `brokers/${this.#broker}/stats`,
      );
      const stats = subscriptions.find((each) => each.name === trigger);
      seen = JSON.stringify(stats);
      if (stats === undefined || stats.behind + stats.inFlight + stats.retrying > 0) continue;
      if (isOver(stats.counters)) return stats.counters;
    }
    throw new Error(`${trigger} was not over after ${ARRIVE_TIMEOUT_MS} ms, its channel says ${seen}`);
  }

  /** Calls the operator API; with a body it is a POST. */
  async operator<Answer>(path: string, body?: Readonly<Record<string, unknown>>): Promise<Answer> {
    const answer = await fetch(`${this.#url}/apis/sluice.dev/v1alpha1/namespaces/default/${path}`, {
      ...(body === undefined
        ? {}
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}: ${text}`);
    return JSON.parse(text);
  }
}

function startBroker(url: string, name: string): Promise<void> {
  return apply({ url }, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name } });
}
