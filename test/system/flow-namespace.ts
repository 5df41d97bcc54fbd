/** A namespace of its own in a running router, with an HTTP subscriber of its own: what one behaviour of flows works with. */
import { setTimeout as wait } from "node:timers/promises";
import type { Trace } from "../../src/control-plane/traces/trace-event.ts";
import { apply, type Resource } from "../kit/apply.ts";
import type { SubscriptionStats } from "./flow.ts";
import type { ReceivedRequest, Sink, SinkAnswer } from "./sink.ts";
import { startSink } from "./sink.ts";

const POLL_MS = 50;
/** Some lost wake-ups in a row, each made good by the channel's watchdog of 5 s; a healthy run needs a fraction. */
const ARRIVE_TIMEOUT_MS = 30_000;

const API_VERSIONS = {
  Broker: "eventing.knative.dev/v1",
  Trigger: "eventing.knative.dev/v1",
  Channel: "messaging.knative.dev/v1",
  InMemoryChannel: "messaging.knative.dev/v1",
  Subscription: "messaging.knative.dev/v1",
  Sequence: "flows.knative.dev/v1",
  Parallel: "flows.knative.dev/v1",
} as const;

export type Kind = keyof typeof API_VERSIONS;
type Spec = Readonly<Record<string, unknown>>;

/** The most that the log gives at once. */
const LOG_PAGE = 500;

interface LogPage {
  readonly items: readonly { readonly attributes: { readonly id: string } }[];
  readonly next: string;
}

interface Listed {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

export class FlowNamespace {
  readonly sink: Sink;
  readonly #url: string;
  readonly #name: string;

  static async start(router: { readonly url: string }, name: string): Promise<FlowNamespace> {
    const answer = await fetch(`${router.url}/api/v1/namespaces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
    });
    const text = await answer.text();
    if (answer.status !== 201) throw new Error(`namespace ${name} was not created: ${answer.status} ${text}`);
    return new FlowNamespace(router.url, name, await startSink());
  }

  private constructor(url: string, name: string, sink: Sink) {
    this.#url = url;
    this.#name = name;
    this.sink = sink;
  }

  /** Resolves when it is Ready. */
  async create(kind: Kind, name: string, spec: Spec = {}): Promise<void> {
    const metadata = { name, namespace: this.#name };
    await apply({ url: this.#url }, { apiVersion: API_VERSIONS[kind], kind, metadata, spec } satisfies Resource);
  }

  /** Resolves when it is Ready with the change. */
  async patch(kind: Kind, name: string, spec: Spec): Promise<void> {
    await this.merge(kind, name, { spec });
    await this.until(async () => isReady(await this.get(kind, name)), `${kind} ${name} is not ready again`);
  }

  /** Resolves when it is written. */
  async merge(kind: Kind, name: string, patch: Spec): Promise<void> {
    const answer = await fetch(`${this.#collection(kind)}/${name}`, {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify(patch),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${kind} ${name} was not patched: ${answer.status} ${text}`);
  }

  /** Leaves what it is made of. */
  async orphan(kind: Kind, name: string): Promise<void> {
    const url = `${this.#collection(kind)}/${name}`;
    const answer = await fetch(`${url}?propagationPolicy=Orphan`, { method: "DELETE" });
    await answer.text();
    await this.until(async () => (await this.get(kind, name)).code === 404, `${kind} ${name} is still there`);
  }

  async get(kind: Kind, name: string) {
    return JSON.parse(await (await fetch(`${this.#collection(kind)}/${name}`)).text());
  }

  async names(kind: Kind): Promise<readonly string[]> {
    const list: Listed = JSON.parse(await (await fetch(this.#collection(kind))).text());
    return list.items.map(({ metadata }) => metadata.name);
  }

  /** A destination: the sink's path of this name. */
  to(path: string): { readonly uri: string } {
    return { uri: `${this.sink.url}/${path}` };
  }

  ref(kind: Kind, name: string) {
    return { ref: { apiVersion: API_VERSIONS[kind], kind, name } };
  }

  /** A path of the sink that answers each event with the same one, its data longer by this. */
  appends(path: string, text: string): { readonly uri: string } {
    this.sink.answer(`/${path}`, (request) => answeredWith(request, `${request.body}${text}`));
    return this.to(path);
  }

  /** Posts an event to `channels/c`, or to a Broker by its name alone; throws unless it was accepted. */
  async post(
    path: string,
    id: string,
    data = "hello",
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const answer = await this.tryPost(path, id, data, attributes);
    if (answer.status !== 202) throw new Error(`event ${id} was answered with ${answer.status}: ${answer.text}`);
  }

  async tryPost(path: string, id: string, data = "hello", attributes: Readonly<Record<string, string>> = {}) {
    const headers: Record<string, string> = { "content-type": "text/plain" };
    const all = { specversion: "1.0", type: "event", source: "/test", id, ...attributes };
    for (const [name, value] of Object.entries(all)) headers[`ce-${name}`] = value;
    const answer = await fetch(`${this.#url}/${this.#name}/${path}`, { method: "POST", headers, body: data });
    return { status: answer.status, text: await answer.text() };
  }

  /** The ids of all events that are in the log of `channels/c`. */
  async idsInLog(path: string): Promise<readonly string[]> {
    const ids: string[] = [];
    const log = `${this.#url}/apis/sluice.dev/v1alpha1/namespaces/${this.#name}/${path}/log`;
    for (let from = ""; ; ) {
      const answer = await fetch(`${log}?limit=${LOG_PAGE}${from}`);
      const page: LogPage = JSON.parse(await answer.text());
      if (page.items.length === 0) return ids;
      ids.push(...page.items.map(({ attributes }) => attributes.id));
      from = `&from=${page.next}`;
    }
  }

  /** How far each Subscription or Trigger of `channels/c` is. */
  async subscriptionStats(path: string): Promise<readonly SubscriptionStats[]> {
    const url = `${this.#url}/apis/sluice.dev/v1alpha1/namespaces/${this.#name}/${path}/stats`;
    const answer = await fetch(url);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}: ${text}`);
    return JSON.parse(text).subscriptions;
  }

  /** What became of an event of `/test`. */
  async trace(id: string): Promise<Trace> {
    const traces = `${this.#url}/apis/sluice.dev/v1alpha1/namespaces/${this.#name}/traces`;
    const answer = await fetch(`${traces}?source=/test&id=${id}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`the trace of ${id} was answered with ${answer.status}: ${text}`);
    return JSON.parse(text);
  }

  /** Resolves with the bodies that came to a path of the sink, in order, once there are so many. */
  async arrived(path: string, count: number): Promise<readonly string[]> {
    await this.sink.until(() => this.sink.requestsTo(`/${path}`).length >= count, {
      timeoutMs: ARRIVE_TIMEOUT_MS,
      describe: () => `${this.sink.requestsTo(`/${path}`).length} of ${count} requests came to ${path}`,
    });
    return this.bodies(path);
  }

  bodies(path: string): readonly string[] {
    return this.sink.requestsTo(`/${path}`).map(({ body }) => body);
  }

  async until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (const deadline = performance.now() + ARRIVE_TIMEOUT_MS; !(await holds()); await wait(POLL_MS)) {
      if (performance.now() > deadline) throw new Error(`after ${ARRIVE_TIMEOUT_MS} ms: ${what}`);
    }
  }

  #collection(kind: Kind): string {
    return `${this.#url}/apis/${API_VERSIONS[kind]}/namespaces/${this.#name}/${kind.toLowerCase()}s`;
  }
}

/** A CloudEvent in answer to one: its attributes, with other data. */
export function answeredWith(request: ReceivedRequest, body: string): SinkAnswer {
  const attributes = Object.entries(request.headers).filter(([name]) => name.startsWith("ce-"));
  const headers: Record<string, string> = { "content-type": String(request.headers["content-type"]) };
  for (const [name, value] of attributes) headers[name] = String(value);
  return { status: 200, headers, body };
}

interface WithConditions {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly observedGeneration: number;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

function isReady({ metadata, status }: WithConditions): boolean {
  const ready = status?.conditions.find(({ type }) => type === "Ready");
  return ready?.status === "True" && status?.observedGeneration === metadata.generation;
}
