/** What Knative's own tests expect where `eventtype-auto-create` is on, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { apply } from "../../kit/apply.ts";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";

interface EventTypes {
  readonly items: readonly {
    readonly spec: {
      readonly reference: { readonly kind: string; readonly name: string };
      readonly attributes: readonly { readonly name: string; readonly value?: string }[];
    };
  }[];
}

describe.concurrent("[ETA] EventTypes of what comes by", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
    const namespace = "knative-eventing";
    await FlowNamespace.start(router, namespace);
    await apply(router, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config-features", namespace },
      data: { "eventtype-auto-create": "enabled" },
    });
  });

  /** Such as `Broker b: a of /test`. */
  async function eventTypes(namespace: string): Promise<readonly string[]> {
    const answer = await fetch(`${router.url}/apis/eventing.knative.dev/v1beta3/namespaces/${namespace}/eventtypes`);
    const { items }: EventTypes = JSON.parse(await answer.text());
    const described = items.map(({ spec: { reference, attributes } }) => {
      const [type, source] = ["type", "source"].map((name) => attributes.find((each) => each.name === name)?.value);
      return `${reference.kind} ${reference.name}: ${type} of ${source}`;
    });
    return described.toSorted();
  }

  async function untilDescribed(space: FlowNamespace, namespace: string, expected: readonly string[]): Promise<void> {
    let found: readonly string[] = [];
    const isThere = async () => {
      found = await eventTypes(namespace);
      return found.length >= expected.length;
    };
    await space.until(isThere, `the EventTypes of ${namespace} are not there`);
    expect(found).toEqual(expected);
  }

  test("[ETA-1] eventtype_autocreate IMC: an event that comes to an InMemoryChannel and goes to its subscriber has an EventType", async () => {
    const space = await FlowNamespace.start(router, "imc");
    await space.create("InMemoryChannel", "c");
    await space.create("Subscription", "s", {
      channel: space.ref("InMemoryChannel", "c").ref,
      subscriber: space.to("sink"),
    });
    await space.post("inmemorychannels/c", "1", "data", { type: "test.imc.custom.event.type" });
    expect(await space.arrived("sink", 1)).toEqual(["data"]);
    await untilDescribed(space, "imc", ["InMemoryChannel c: test.imc.custom.event.type of /test"]);
  });

  test("[ETA-2] eventtype_autocreate Subscription: so does what a subscriber answers, at the channel where the answer goes", async () => {
    const space = await FlowNamespace.start(router, "subscription");
    await space.create("Channel", "a");
    await space.create("Channel", "b");
    space.sink.answer("/step", () => answer("replied"));
    const reply = space.ref("Channel", "b");
    await space.create("Subscription", "s", {
      channel: space.ref("Channel", "a").ref,
      subscriber: space.to("step"),
      reply,
    });
    await space.post("channels/a", "1", "data", { type: "asked" });
    await untilDescribed(space, "subscription", [
      "InMemoryChannel a: asked of /test",
      "InMemoryChannel b: replied of /step",
    ]);
  });

  test("[ETA-3] eventtype_autocreate Broker: each type and source has one, however many events of it come", async () => {
    const space = await FlowNamespace.start(router, "broker");
    await space.create("Broker", "b");
    for (const id of ["1", "2"]) await space.post("b", id, "data", { type: "test.broker.custom.event.type" });
    await space.post("b", "3", "data", { type: "other" });
    await untilDescribed(space, "broker", [
      "Broker b: other of /test",
      "Broker b: test.broker.custom.event.type of /test",
    ]);
  });

  test("[ETA-4] eventtype_autocreate Trigger: so does what a Trigger's subscriber answers", async () => {
    const space = await FlowNamespace.start(router, "trigger");
    await space.create("Broker", "b");
    space.sink.answer("/step", () => answer("replied"));
    await space.create("Trigger", "t", {
      broker: "b",
      subscriber: space.to("step"),
      filter: { attributes: { type: "asked" } },
    });
    await space.post("b", "1", "data", { type: "asked" });
    await untilDescribed(space, "trigger", ["Broker b: asked of /test", "Broker b: replied of /step"]);
  });
});

function answer(type: string) {
  const attributes = { "ce-specversion": "1.0", "ce-id": "r", "ce-source": "/step", "ce-type": type };
  return { status: 200, headers: { ...attributes, "content-type": "text/plain" }, body: "reply" };
}
