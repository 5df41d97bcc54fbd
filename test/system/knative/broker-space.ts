/** A Broker `b` in a namespace of its own, and a recording HTTP subscriber: what one feature works with. */
import { FlowNamespace, type Kind } from "../flow-namespace.ts";
import type { Router } from "../harness.ts";
import type { Sink } from "../sink.ts";

type Spec = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, string>>;

interface Stats {
  readonly subscriptions: readonly {
    readonly name: string;
    readonly behind: number;
    readonly inFlight: number;
    readonly retrying: number;
    readonly counters: Readonly<Record<string, number>>;
  }[];
}

export class BrokerSpace {
  /** The namespace, for whatever is not the Broker's. */
  readonly flow: FlowNamespace;
  /** Where the namespace's events are posted: the Broker is below it. */
  readonly url: string;
  readonly #router: Router;
  readonly #namespace: string;

  /** Resolves when the Broker is Ready. */
  static async start(router: Router, namespace: string, broker: Spec = {}): Promise<BrokerSpace> {
    const space = await BrokerSpace.withoutBroker(router, namespace);
    await space.flow.create("Broker", "b", broker);
    return space;
  }

  static async withoutBroker(router: Router, namespace: string): Promise<BrokerSpace> {
    return new BrokerSpace(await FlowNamespace.start(router, namespace), router, namespace);
  }

  private constructor(flow: FlowNamespace, router: Router, namespace: string) {
    this.flow = flow;
    this.url = `${router.url}/${namespace}`;
    this.#router = router;
    this.#namespace = namespace;
  }

  get sink(): Sink {
    return this.flow.sink;
  }

  /** A Trigger whose subscriber is the sink's path of the same name, unless `spec` says another. Resolves when it is Ready. */
  trigger(name: string, spec: Spec = {}): Promise<void> {
    return this.flow.create("Trigger", name, { broker: "b", subscriber: this.flow.to(name), ...spec });
  }

  /** Posts an event in binary mode; throws unless it was accepted. */
  post(id: string, attributes: Attributes = {}, data = `data of ${id}`): Promise<void> {
    return this.flow.post("b", id, data, attributes);
  }

  /** Sends an object as it is and tells what the API said. */
  async write(method: "POST" | "PUT", kind: "Broker" | "Trigger", object: unknown) {
    const { metadata } = Object(object);
    const item = method === "PUT" ? `/${metadata.name}` : "";
    const collection = `apis/eventing.knative.dev/v1/namespaces/${this.#namespace}/${kind.toLowerCase()}s`;
    const answer = await fetch(`${this.#router.url}/${collection}${item}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(object),
    });
    const body = JSON.parse(await answer.text());
    return { status: answer.status, message: String(body.message ?? "") };
  }

  /** The types of an object's conditions that have this status. */
  async conditions(kind: Kind, name: string, status: "True" | "False" | "Unknown"): Promise<readonly string[]> {
    const object = await this.flow.get(kind, name);
    const conditions: readonly { type: string; status: string }[] = object.status?.conditions ?? [];
    return conditions.filter((each) => each.status === status).map(({ type }) => type);
  }

  /**
   * What came to each path of the sink, once that is at least so many requests and the Broker's channel has nothing left
   * to deliver, to try again or to dead-letter: what has not come by then never will.
   */
  async received(atLeast: number, header = "ce-id"): Promise<Readonly<Record<string, readonly string[]>>> {
    await this.flow.until(
      async () => this.sink.requests.length >= atLeast,
      `fewer than ${atLeast} requests came to namespace ${this.#namespace}`,
    );
    await this.settled();
    const received: Record<string, string[]> = {};
    for (const { path, headers } of this.sink.requests) {
      const values = received[path.slice(1)] ?? [];
      received[path.slice(1)] = [...values, String(headers[header])].toSorted();
    }
    return received;
  }

  /** Resolves with the counters of each Trigger when all that was posted has ended for all of them. */
  async settled(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
    const counters: Record<string, Readonly<Record<string, number>>> = {};
    await this.flow.until(async () => {
      const { subscriptions } = await this.#stats();
      for (const each of subscriptions) counters[each.name] = each.counters;
      return subscriptions.every(({ behind, inFlight, retrying }) => behind + inFlight + retrying === 0);
    }, `the Broker of namespace ${this.#namespace} has deliveries that do not end`);
    return counters;
  }

  async #stats(): Promise<Stats> {
    const path = `apis/sluice.dev/v1alpha1/namespaces/${this.#namespace}/brokers/b/stats`;
    const answer = await fetch(`${this.#router.url}/${path}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}: ${text}`);
    return JSON.parse(text);
  }
}
