import { describe, expect, test } from "vitest";
import { FlowWorld, ref, url } from "./control-plane-flow-world.ts";
import { BROKERS, broker, conditions, TRIGGERS, trigger } from "./control-plane-world.ts";

const at = "2026-01-02T03:04:05Z";
const sequence = "default/sequence/s";
const inner = (index: number) => `default/inmemorychannel/s-kn-sequence-${index}`;

async function sequenceOf(spec: object, metadata: object = {}): Promise<FlowWorld> {
  const world = new FlowWorld();
  await world.create("Sequence", "s", spec, metadata);
  await world.settle();
  return world;
}

describe("[CP-SEQ] Sequences", () => {
  test("[CP-SEQ-1] its channels lead from step to step, and to the reply", async () => {
    const world = await sequenceOf({ steps: [url("a"), url("b"), url("c")], reply: url("end") });
    expect(new Map([...world.configured.keys()].map((name) => [name, world.routes(name)]))).toEqual(
      new Map([
        [sequence, [`s-kn-sequence-0: http://sink.test/a > ${inner(1)}`]],
        [inner(1), [`s-kn-sequence-1: http://sink.test/b > ${inner(2)}`]],
        [inner(2), ["s-kn-sequence-2: http://sink.test/c > http://sink.test/end"]],
      ]),
    );
  });

  test("[CP-SEQ-2] its status tells of each channel and Subscription", async () => {
    const world = await sequenceOf({ steps: [url("a"), url("b")] });
    const { status } = await world.get("Sequence", "s");
    const address = { name: "http", url: "http://sluice.test/default/sequences/s" };
    const ready = { type: "Ready", status: "True", lastTransitionTime: at };
    const part = (kind: string, index: number) => ({
      apiVersion: "messaging.knative.dev/v1",
      kind,
      name: `s-kn-sequence-${index}`,
      namespace: "default",
    });
    expect(status).toMatchObject({
      observedGeneration: 1,
      address,
      addresses: [address],
      channelStatuses: [0, 1].map((index) => ({ channel: part("InMemoryChannel", index), ready })),
      subscriptionStatuses: [0, 1].map((index) => ({ subscription: part("Subscription", index), ready })),
    });
    expect(conditions({ status })).toEqual({
      Addressable: "True",
      ChannelsReady: "True",
      EventPoliciesReady: "True PoliciesNotEnforced",
      OIDCIdentityCreated: "True OIDCDisabled",
      Ready: "True",
      SubscriptionsReady: "True",
    });
  });

  test("[CP-SEQ-3] it is not Ready before every channel of it has acknowledged", async () => {
    const world = new FlowWorld();
    world.failure = "no route";
    await world.create("Sequence", "s", { steps: [url("a"), url("b")] });
    await world.settle();
    const before = await world.get("Sequence", "s");
    expect(conditions(before)).toMatchObject({
      Ready: "Unknown ChannelsNotReady",
      ChannelsReady: "Unknown ChannelsNotReady",
    });
    expect(before.status.conditions.find(({ type }) => type === "ChannelsReady")?.message).toBe(
      "s-kn-sequence-0: The channel could not be configured, trying again: no route",
    );
    world.failure = undefined;
    await world.pass(5_000);
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test("[CP-SEQ-4] a step that does not resolve makes it not Ready, and says which and why", async () => {
    const world = await sequenceOf({ steps: [url("a"), ref("Channel", "x")] });
    const { status } = await world.get("Sequence", "s");
    expect(conditions({ status })).toMatchObject({
      Ready: "False SubscriptionsNotReady",
      ChannelsReady: "True",
      SubscriptionsReady: "False SubscriptionsNotReady",
    });
    expect(status.conditions.find(({ type }) => type === "SubscriptionsReady")?.message).toBe(
      `s-kn-sequence-1: Unable to get the Subscriber's URI: failed to get object default/x: channels.messaging.knative.dev "x" not found`,
    );
  });

  test("[CP-SEQ-5] each step has its own delivery; the template's serves the others", async () => {
    const channelTemplate = {
      apiVersion: "messaging.knative.dev/v1",
      kind: "InMemoryChannel",
      spec: { delivery: { retry: 7 } },
    };
    const world = await sequenceOf({ channelTemplate, steps: [{ ...url("a"), delivery: { retry: 1 } }, url("b")] });
    const retries = [sequence, inner(1)].map((name) => world.configured.get(name)?.subscriptions[0]?.delivery.retry);
    expect(retries).toEqual([1, 7]);
  });

  test("[CP-SEQ-6] its settings are those of its channels and Subscriptions; only its first channel is open to everybody", async () => {
    const annotations = {
      "sluice.dev/public-ingress": "true",
      "sluice.dev/retention": "P2D",
      "sluice.dev/ordering": "ordered",
      other: "x",
    };
    const world = await sequenceOf({ steps: [url("a"), url("b")] }, { annotations });
    const settings = [sequence, inner(1)].map((name) => {
      const { ingress, retentionMs, subscriptions } = world.configured.get(name) ?? {};
      return { ingress, retentionMs, ordering: subscriptions?.[0]?.ordering };
    });
    const common = { retentionMs: 2 * 86_400_000, ordering: "ordered" };
    expect(settings).toEqual([
      { ingress: { kind: "public" }, ...common },
      { ingress: { kind: "tokens", digests: [] }, ...common },
    ]);
    expect((await world.get("InMemoryChannel", "s-kn-sequence-1")).metadata.annotations).toEqual({
      "messaging.knative.dev/subscribable": "v1",
      "sluice.dev/retention": "P2D",
    });
  });

  test("[CP-SEQ-7] a Sequence may be the step and the reply of another, and the subscriber of a Trigger", async () => {
    const world = await sequenceOf({ steps: [url("a")] });
    await world.create("Sequence", "outer", { steps: [ref("Sequence", "s")], reply: ref("Sequence", "s") });
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t", { subscriber: ref("Sequence", "outer") }));
    await world.settle();
    expect(world.routes("default/sequence/outer")).toEqual([`outer-kn-sequence-0: ${sequence} > ${sequence}`]);
    expect(world.routes("default/broker/b")).toEqual(["t: default/sequence/outer > itself"]);
    expect(await world.ready("Sequence", "outer")).toBe("True");
  });

  test("[CP-SEQ-8] more steps: the answer goes on to the new channel once that is configured", async () => {
    const world = await sequenceOf({ steps: [url("a")], reply: url("end") });
    world.calls.length = 0;
    await world.patch("Sequence", "s", { steps: [url("a"), url("b")] });
    expect(world.calls).toEqual([`configure ${sequence}`, `configure ${inner(1)}`, `configure ${sequence}`]);
    expect([world.routes(sequence), world.routes(inner(1))]).toEqual([
      [`s-kn-sequence-0: http://sink.test/a > ${inner(1)}`],
      ["s-kn-sequence-1: http://sink.test/b > http://sink.test/end"],
    ]);
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test.each([
    ["a name that leaves no room for those of its channels", { name: "s".repeat(231) }, 1, "metadata.name"],
    ["more steps than an event has hops", { name: "s" }, 101, "spec.steps"],
  ])("[CP-SEQ-9] %s is refused", async (_what, metadata, steps, path) => {
    const world = new FlowWorld();
    const answer = await world.request("POST", "/apis/flows.knative.dev/v1/namespaces/default/sequences", {
      apiVersion: "flows.knative.dev/v1",
      kind: "Sequence",
      metadata,
      spec: { steps: Array.from({ length: steps }, () => url("a")) },
    });
    expect([answer.code, answer.body.message]).toEqual([400, expect.stringContaining(path)]);
  });
});
