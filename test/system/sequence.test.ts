/** What Knative's own tests expect of Sequences, and that nothing is lost when they change, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { answeredWith, FlowNamespace } from "./flow-namespace.ts";
import { type Router, startRouter } from "./harness.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
/** Short, because a channel that drains is asked only after twice the longest. */
const delivery = { timeout: "PT1S", retry: 5, backoffPolicy: "linear", backoffDelay: "PT0.05S" };

describe.concurrent("[SEQ] sequences", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[SEQ-1] three steps each add to the event, and the reply gets the sum (SequenceTest)", async () => {
    const space = await FlowNamespace.start(router, "three-steps");
    const steps = [1, 2, 3].map((step) => space.appends(`step${step}`, `-step${step}`));
    await space.create("Channel", "end");
    await space.create("Subscription", "end", {
      channel: space.ref("Channel", "end").ref,
      subscriber: space.to("end"),
    });
    await space.create("Sequence", "s", { steps, reply: space.ref("Channel", "end") });
    await space.post("sequences/s", "1", "hello", { type: "kept" });
    expect(await space.arrived("end", 1)).toEqual(["hello-step1-step2-step3"]);
    expect(space.sink.requestsTo("/end")[0]?.headers).toMatchObject({ "ce-type": "kept", "ce-id": "1" });
  });

  test("[SEQ-2] a step that answers without an event ends the flow", async () => {
    const space = await FlowNamespace.start(router, "filtering-step");
    space.sink.answer("/filter", (request) =>
      request.body === "stop" ? { status: 200 } : answeredWith(request, request.body),
    );
    await space.create("Sequence", "s", { steps: [space.to("filter"), space.to("last")] });
    await space.post("sequences/s", "1", "stop");
    await space.post("sequences/s", "2", "go on");
    expect(await space.arrived("last", 1)).toEqual(["go on"]);
    expect(space.bodies("filter").toSorted()).toEqual(["go on", "stop"]);
  });

  test("[SEQ-3] each step is tried again by its own delivery, and what fails goes to its own dead letter sink", async () => {
    const space = await FlowNamespace.start(router, "step-delivery");
    space.sink.answer("/broken", () => ({ status: 500 }));
    const broken = { ...delivery, retry: 2, deadLetterSink: space.to("dead") };
    await space.create("Sequence", "s", {
      steps: [space.appends("first", "-first"), { ...space.to("broken"), delivery: broken }, space.to("last")],
    });
    await space.post("sequences/s", "1");
    expect(await space.arrived("dead", 1)).toEqual(["hello-first"]);
    expect([space.bodies("first").length, space.bodies("broken").length, space.bodies("last")]).toEqual([1, 3, []]);
    expect(space.sink.requestsTo("/dead")[0]?.headers).toMatchObject({
      "ce-knativeerrordest": space.to("broken").uri,
      "ce-knativeerrorcode": "500",
    });
  });

  test("[SEQ-4] a Sequence within a Sequence: the outer one goes on where the inner one's reply leads", async () => {
    const space = await FlowNamespace.start(router, "nested");
    await space.create("Channel", "end");
    await space.create("Subscription", "end", {
      channel: space.ref("Channel", "end").ref,
      subscriber: space.to("end"),
    });
    await space.create("Sequence", "inner", {
      steps: [space.appends("a", "-a"), space.appends("b", "-b")],
      reply: space.ref("Channel", "end"),
    });
    await space.create("Sequence", "outer", { steps: [space.appends("o", "-o"), space.ref("Sequence", "inner")] });
    await space.post("sequences/outer", "1");
    expect(await space.arrived("end", 1)).toEqual(["hello-o-a-b"]);
  });

  test("[SEQ-5] between a Broker and a Trigger: the Sequence's answer comes back to the Broker", async () => {
    const space = await FlowNamespace.start(router, "between");
    await space.create("Broker", "b");
    space.sink.answer("/step", (request) => {
      const answer = answeredWith(request, `${request.body}-done`);
      return { ...answer, headers: { ...answer.headers, "ce-type": "done" } };
    });
    await space.create("Sequence", "s", { steps: [space.to("step")], reply: space.ref("Broker", "b") });
    const filtered = (type: string) => ({ filter: { attributes: { type } } });
    await space.create("Trigger", "in", { broker: "b", ...filtered("new"), subscriber: space.ref("Sequence", "s") });
    await space.create("Trigger", "out", { broker: "b", ...filtered("done"), subscriber: space.to("out") });
    await space.post("b", "1", "hello", { type: "new" });
    expect(await space.arrived("out", 1)).toEqual(["hello-done"]);
    expect(space.bodies("step")).toEqual(["hello"]);
  });

  test("[SEQ-6] steps come and go while events are under way: each one leaves the Sequence once, and what drained vanishes", async () => {
    const space = await FlowNamespace.start(router, "changed");
    const step = (name: string) => ({ ...space.appends(name, ""), delivery });
    const [a, b, c] = [step("a"), step("b"), step("c")];
    await space.create("Sequence", "s", { steps: [a, b, c], reply: space.to("end") });
    const all = numbers(300);
    const posting = (async () => {
      for (const id of all) await space.post("sequences/s", id, id);
    })();
    for (const steps of [[a], [a, b, c], [a, b], [a, b, c]]) await space.patch("Sequence", "s", { steps });
    await posting;
    await space.patch("Sequence", "s", { steps: [a] });
    expect((await space.arrived("end", all.length)).toSorted()).toEqual(all.toSorted());
    await space.until(
      async () => (await space.names("InMemoryChannel")).join() === "s-kn-sequence-0",
      "the channels of steps that are gone are still there",
    );
    expect(await space.names("Subscription")).toEqual(["s-kn-sequence-0"]);
    // Nothing came a second time meanwhile.
    expect(space.bodies("end").toSorted()).toEqual(all.toSorted());
    // A step that comes back begins anew under its old name.
    await space.patch("Sequence", "s", { steps: [a, b] });
    await space.post("sequences/s", "last", "last");
    expect((await space.arrived("end", all.length + 1)).at(-1)).toBe("last");
  });

  test("[SEQ-7] what a Sequence holds outlives the reference to it, and a deletion that orphans", async () => {
    const space = await FlowNamespace.start(router, "orphaned");
    let isUp = false;
    space.sink.answer("/step", (request) => (isUp ? answeredWith(request, request.body) : { status: 503 }));
    const patient = { ...delivery, retry: 1000 };
    await space.create("Sequence", "s", {
      steps: [{ ...space.to("step"), delivery: patient }],
      reply: space.to("end"),
    });
    await space.post("sequences/s", "1", "held");
    await space.merge("InMemoryChannel", "s-kn-sequence-0", { metadata: { ownerReferences: null } });
    await space.until(
      async () => (await space.get("InMemoryChannel", "s-kn-sequence-0")).metadata.ownerReferences?.length === 1,
      "the reference is not back",
    );
    await space.post("sequences/s", "2", "held too");
    await space.orphan("Sequence", "s");
    await space.post("sequences/s", "3", "after");
    isUp = true;
    expect((await space.arrived("end", 3)).toSorted()).toEqual(["after", "held", "held too"]);
  });
});
