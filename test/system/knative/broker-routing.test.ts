/** Which Triggers get an event or a reply, as Knative's tests have it, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Router, startRouter } from "../harness.ts";
import { BrokerSpace } from "./broker-space.ts";
import { repliesWith } from "./sink-answers.ts";

const EVENT = "com.example.FullEvent";
const REPLY = "com.example.ReplyEvent";

interface RoutingCase {
  readonly title: string;
  /** The type that each Trigger asks for, if any, and the type of its subscriber's reply. */
  readonly triggers: readonly { readonly type?: string; readonly reply?: string }[];
  /** The types of the events that come to each Trigger. */
  readonly received: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly RoutingCase[] = [
  {
    title: "[KB-30] routing-test-0: a Trigger without a filter gets the event",
    triggers: [{}],
    received: { t1: [EVENT] },
  },
  {
    title: "[KB-31] routing-test-1: a Trigger for another type does not get it",
    triggers: [{ type: "mytype" }],
    received: {},
  },
  {
    title: "[KB-32] routing-test-2: a Trigger for its type gets it",
    triggers: [{ type: EVENT }],
    received: { t1: [EVENT] },
  },
  {
    title: "[KB-33] routing-test-3: both Triggers for its type get it",
    triggers: [{ type: EVENT }, { type: EVENT }],
    received: { t1: [EVENT], t2: [EVENT] },
  },
  {
    title: "[KB-34] routing-test-4: of two Triggers only the one for its type gets it",
    triggers: [{ type: "notmytype" }, { type: EVENT }],
    received: { t2: [EVENT] },
  },
  {
    title: "[KB-35] routing-test-5: what one Trigger's subscriber replies comes to the Trigger for the reply's type",
    triggers: [{ type: EVENT, reply: REPLY }, { type: REPLY }],
    received: { t1: [EVENT], t2: [REPLY] },
  },
  {
    title: "[KB-36] routing-test-6: two Triggers without a filter both get it",
    triggers: [{}, {}],
    received: { t1: [EVENT], t2: [EVENT] },
  },
];

describe.concurrent("[KB] routing of a Broker's events", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  for (const [index, { title, triggers, received }] of CASES.entries()) {
    test(title, async () => {
      const space = await BrokerSpace.start(router, `routing-test-${index}`);
      for (const [at, { type, reply }] of triggers.entries()) {
        const name = `t${at + 1}`;
        if (reply !== undefined) space.sink.answer(`/${name}`, repliesWith({ type: reply }));
        await space.trigger(name, type === undefined ? {} : { filter: { attributes: { type } } });
      }
      await space.post("1", { type: EVENT });
      expect(await space.received(Object.values(received).flat().length, "ce-type")).toEqual(received);
    });
  }

  test("[KB-37] brokerEventTransformationForTrigger: the second Trigger gets what the first one's subscriber made", async () => {
    const space = await BrokerSpace.start(router, "transformation");
    space.sink.answer("/sink1", repliesWith({ type: "type2", source: "http://source2.test" }, "transformed"));
    await space.trigger("sink1", { filter: { attributes: { type: "type1", source: "http://source1.test" } } });
    await space.trigger("sink2", { filter: { attributes: { type: "type2", source: "http://source2.test" } } });
    await space.post("1", { type: "type1", source: "http://source1.test" }, "original");
    expect(await space.received(2, "ce-type")).toEqual({ sink1: ["type1"], sink2: ["type2"] });
    expect([space.flow.bodies("sink1"), space.flow.bodies("sink2")]).toEqual([["original"], ["transformed"]]);
  });

  test("[KB-38] brokerChannelFlowWithTransformation: a channel behind a Trigger gets the transformed event alone", async () => {
    const space = await BrokerSpace.start(router, "channel-flow");
    space.sink.answer("/sink1", repliesWith({ type: "type2", source: "http://source2.test" }, "transformed"));
    await space.trigger("sink1", { filter: { attributes: { type: "type1", source: "http://source1.test" } } });
    await space.trigger("sink2", { filter: { attributes: { type: "" } } });
    const channel = space.flow.ref("Channel", "c");
    await space.flow.create("Channel", "c");
    await space.flow.create("Subscription", "s", { channel: channel.ref, subscriber: space.flow.to("sink3") });
    await space.trigger("sink3", {
      filter: { attributes: { type: "type2", source: "http://source2.test" } },
      subscriber: channel,
    });
    await space.post("1", { type: "type1", source: "http://source1.test" }, "original");
    expect(await space.received(4, "ce-type")).toEqual({
      sink1: ["type1"],
      sink2: ["type1", "type2"],
      sink3: ["type2"],
    });
    expect(space.flow.bodies("sink3")).toEqual(["transformed"]);
    expect(await space.flow.idsInLog("channels/c")).toEqual(["reply"]);
  });
});
