/** A Broker `b` in a namespace of its own, and a recording HTTP subscriber: what one feature works with. */
import type { SubscriptionStats } from "../flow.ts";
import { FlowNamespace, type Kind } from "../flow-namespace.ts";
import type { Router } from "../harness.ts";
import type { Sink } from "../sink.ts";

type Spec = Readonly<Record<string, unknown>>;
type Counters = Readonly<Record<string, number>>;
type Attributes = Readonly<Record<string, string>>;

interface Named {
  readonly metadata: { readonly name: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
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
  async write(method: "POST" | "PUT", kind: "Broker" | "Trigger", object: Named) {
    const item = method === "PUT" ? `/${object.metadata.name}` : "";
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

  /**
   * Resolves with the counters of each Trigger when all that was posted has ended for all of them. That is asked twice: a
   * reply is an event of the Broker a moment after the delivery that it answers has ended.
   */
  async settled(): Promise<Readonly<Record<string, Counters>>> {
    let subscriptions: readonly SubscriptionStats[] = [];
    await this.flow.until(async () => {
      const before = JSON.stringify(subscriptions);
      subscriptions = await this.flow.subscriptionStats("brokers/b");
      const isOver = subscriptions.every((each) => each.behind + each.inFlight + each.retrying === 0);
      return isOver && JSON.stringify(subscriptions) === before;
    }, `the Broker of namespace ${this.#namespace} has deliveries that do not end`);
    return Object.fromEntries(subscriptions.map(({ name, counters }) => [name, counters]));
  }
}
