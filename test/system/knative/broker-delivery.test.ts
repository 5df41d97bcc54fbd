/** Which delivery applies when a Broker and its Triggers say different things, as Knative's tests have it, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";
import { dropsFirst } from "./sink-answers.ts";

interface Delivery {
  readonly retry?: number;
  /** With a dead letter sink of its own. */
  readonly sink?: true;
}

interface TopologyCase {
  readonly title: string;
  readonly broker?: Delivery;
  /** How often each subscriber refuses the event before it takes it. */
  readonly triggers: readonly { readonly refusals: number; readonly delivery?: Delivery }[];
  /** How often the event comes to each path. */
  readonly requests: Readonly<Record<string, number>>;
  /** Which subscriber each dead letter sink hears of. */
  readonly deadLetters: Readonly<Record<string, string>>;
  /** Of each Trigger. */
  readonly counters: readonly Readonly<Record<string, number>>[];
}

const CASES: readonly TopologyCase[] = [
  {
    title: "[KB-20] dlq-test-0: without a delivery anywhere both Triggers get the event once",
    triggers: [{ refusals: 0 }, { refusals: 0 }],
    requests: { t1: 1, t2: 1 },
    deadLetters: {},
    counters: [{ delivered: 1 }, { delivered: 1 }],
  },
  {
    title: "[KB-21] dlq-test-1: Triggers without a delivery use the Broker's",
    broker: { retry: 3, sink: true },
    triggers: [{ refusals: 3 }, { refusals: 4 }],
    requests: { t1: 4, t2: 4, "broker-dead": 1 },
    deadLetters: { "broker-dead": "t2" },
    counters: [{ delivered: 1 }, { deadLettered: 1 }],
  },
  {
    title: "[KB-22] dlq-test-2: Triggers use their own delivery, and what none of them saves is parked",
    broker: { retry: 0 },
    triggers: [
      { refusals: 3, delivery: { retry: 3, sink: true } },
      { refusals: 2, delivery: { retry: 1 } },
    ],
    requests: { t1: 4, t2: 2 },
    deadLetters: {},
    counters: [{ delivered: 1 }, { parked: 1 }],
  },
  {
    title: "[KB-23] dlq-test-3: a Trigger's delivery comes before the Broker's, which the other Trigger uses",
    broker: { retry: 1, sink: true },
    triggers: [{ refusals: 3, delivery: { retry: 3, sink: true } }, { refusals: 2 }],
    requests: { t1: 4, t2: 2, "broker-dead": 1 },
    deadLetters: { "broker-dead": "t2" },
    counters: [{ delivered: 1 }, { deadLettered: 1 }],
  },
  {
    title: "[KB-24] dlq-test-4: a Trigger's dead letter sink comes before the Broker's",
    broker: { retry: 1, sink: true },
    triggers: [{ refusals: 4, delivery: { retry: 3, sink: true } }, { refusals: 2 }],
    requests: { t1: 4, t2: 2, "t1-dead": 1, "broker-dead": 1 },
    deadLetters: { "t1-dead": "t1", "broker-dead": "t2" },
    counters: [{ deadLettered: 1 }, { deadLettered: 1 }],
  },
];

describe.concurrent("[KB] delivery of Brokers and Triggers", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  for (const [index, { title, broker, triggers, requests, deadLetters, counters }] of CASES.entries()) {
    test(title, async () => {
      const space = await BrokerSpace.withoutBroker(router, `dlq-test-${index}`);
      await space.flow.create("Broker", "b", deliveryOf(space, "broker", broker));
      for (const [at, { refusals, delivery }] of triggers.entries()) {
        const name = `t${at + 1}`;
        space.sink.answer(`/${name}`, dropsFirst(refusals));
        await space.trigger(name, deliveryOf(space, name, delivery));
      }
      await space.post("1");
      const count = Object.values(requests).reduce((sum, each) => sum + each, 0);
      expect(await space.received(count)).toEqual(
        Object.fromEntries(Object.entries(requests).map(([path, times]) => [path, Array(times).fill("1")])),
      );
      for (const [path, name] of Object.entries(deadLetters)) {
        expect(space.sink.requestsTo(`/${path}`)[0]?.headers).toMatchObject({
          "ce-knativeerrordest": space.flow.to(name).uri,
          "ce-knativeerrorcode": "409",
        });
      }
      const settled = await space.settled();
      expect(settled).toMatchObject(Object.fromEntries(counters.map((each, at) => [`t${at + 1}`, each])));
    });
  }
});

function deliveryOf(space: BrokerSpace, owner: string, delivery: Delivery | undefined) {
  if (delivery === undefined) return {};
  const { sink, ...rest } = delivery;
  return { delivery: { ...rest, ...(sink ? { deadLetterSink: space.flow.to(`${owner}-dead`) } : {}) } };
}
