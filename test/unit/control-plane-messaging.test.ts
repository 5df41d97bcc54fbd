import { describe, expect, test } from "vitest";
import { type Answer, World } from "./control-plane-world.ts";

const PLURALS: Readonly<Record<string, string>> = {
  Channel: "channels",
  InMemoryChannel: "inmemorychannels",
  KafkaChannel: "kafkachannels",
  Subscription: "subscriptions",
  Sequence: "sequences",
  Parallel: "parallels",
  EventPolicy: "eventpolicies",
  EventTransform: "eventtransforms",
  RequestReply: "requestreplies",
};
const VERSIONS: Readonly<Record<string, string>> = {
  Sequence: "flows.knative.dev/v1",
  Parallel: "flows.knative.dev/v1",
  EventPolicy: "eventing.knative.dev/v1alpha1",
  EventTransform: "eventing.knative.dev/v1alpha1",
  RequestReply: "eventing.knative.dev/v1alpha1",
};

function pathOf(kind: string): string {
  return `/apis/${VERSIONS[kind] ?? "messaging.knative.dev/v1"}/namespaces/default/${PLURALS[kind]}`;
}

function create(kind: string, spec: object, metadata: object = {}, world = new World()): Promise<Answer> {
  const apiVersion = VERSIONS[kind] ?? "messaging.knative.dev/v1";
  return world.request("POST", pathOf(kind), { apiVersion, kind, metadata: { name: "x", ...metadata }, spec });
}

const brokerRef = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" };
const local = { ...brokerRef, namespace: "default" };
const uri = "http://sink.test/";
const channel = { apiVersion: "messaging.knative.dev/v1", kind: "Channel", name: "c" };
const channelTemplate = { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel" };

describe("[CP-MSG] channels and flows", () => {
  test.each([
    [
      "Channel",
      { delivery: { deadLetterSink: { ref: brokerRef } } },
      { channelTemplate, delivery: { deadLetterSink: { ref: local } } },
    ],
    [
      "InMemoryChannel",
      { delivery: { deadLetterSink: { ref: brokerRef } } },
      { delivery: { deadLetterSink: { ref: local } } },
    ],
    [
      "Subscription",
      { channel, subscriber: { ref: brokerRef }, reply: { ref: brokerRef } },
      { channel, subscriber: { ref: local }, reply: { ref: local } },
    ],
    [
      "Sequence",
      { steps: [{ ref: brokerRef, uri: "/x" }], reply: { ref: brokerRef } },
      { channelTemplate, steps: [{ ref: local, uri: "/x" }], reply: { ref: local } },
    ],
    [
      "Parallel",
      {
        branches: [{ filter: { ref: brokerRef }, subscriber: { ref: brokerRef }, reply: { ref: brokerRef } }],
        reply: { ref: brokerRef },
      },
      {
        channelTemplate,
        branches: [{ filter: { ref: local }, subscriber: { ref: local }, reply: { ref: local } }],
        reply: { ref: local },
      },
    ],
    ["EventPolicy", { from: [{ ref: brokerRef }, { sub: "a" }] }, { from: [{ ref: local }, { sub: "a" }] }],
    [
      "EventTransform",
      { jsonata: { expression: "$" }, sink: { uri } },
      { jsonata: { expression: "$" }, sink: { uri } },
    ],
    [
      "RequestReply",
      { brokerRef, timeout: "PT1M", delivery: { deadLetterSink: { ref: brokerRef } } },
      {
        brokerRef,
        timeout: "PT1M",
        correlationAttribute: "correlationid",
        replyAttribute: "replyid",
        delivery: { deadLetterSink: { ref: local } },
      },
    ],
  ])("[CP-MSG-1] a %s gets Knative's defaults", async (kind, spec, defaulted) => {
    const { code, body } = await create(kind, spec);
    expect([code, body.spec]).toEqual([201, defaulted]);
  });

  const policy = { delivery: { backoffDelay: "-PT1S" } };
  test.each([
    ["InMemoryChannel", policy, "invalid value: -PT1S: spec.delivery.backoffDelay"],
    ["Subscription", { channel, subscriber: { uri }, ...policy }, "invalid value: -PT1S: spec.delivery.backoffDelay"],
    ["Sequence", { steps: [{ uri, ...policy }] }, "invalid value: -PT1S: spec.steps[0].delivery.backoffDelay"],
    [
      "Parallel",
      { branches: [{ subscriber: { uri }, ...policy }] },
      "invalid value: -PT1S: spec.branches[0].delivery.backoffDelay",
    ],
    [
      "Parallel",
      { branches: [{ subscriber: {} }] },
      "expected at least one, got none: spec.branches[0].subscriber.ref, spec.branches[0].subscriber.uri",
    ],
    ["Channel", { subscribers: [{ subscriberUri: uri }] }, "must not set the field(s): spec.subscribable.subscribers"],
    [
      "InMemoryChannel",
      { subscribers: [{ subscriberUri: "", replyUri: "" }] },
      "missing field(s): spec.subscribable.subscriber[0].replyURI, spec.subscribable.subscriber[0].subscriberURI\nexpected at least one of, got none",
    ],
    [
      "InMemoryChannel",
      { subscribers: [{ subscriberUri: "sink", replyUri: uri }] },
      "invalid value: sink: spec.subscribable.subscriber[0].subscriberURI\nexpected an absolute URI",
    ],
    [
      "InMemoryChannel",
      { subscribers: [{ subscriberUri: uri, delivery: { retry: -3 } }] },
      "invalid value: -3: spec.subscribable.subscriber[0].delivery.retry",
    ],
    [
      "InMemoryChannel",
      { subscribers: [{ subscriberUri: uri, delivery: { timeout: "soon" } }] },
      "invalid value: soon: spec.subscribable.subscriber[0].delivery.timeout",
    ],
    [
      "EventTransform",
      { jsonata: { expression: "$" }, reply: { discard: true } },
      "reply is set without spec.sink: spec.reply",
    ],
    [
      "EventTransform",
      { jsonata: { expression: "$" }, sink: { uri, CACerts: "x" } },
      "must not set the field(s): spec.sink.CACerts",
    ],
    [
      "RequestReply",
      { brokerRef, replyAttribute: "source" },
      "invalid value: source: spec.replyAttribute\nevery event has this attribute for another purpose",
    ],
    [
      "RequestReply",
      { brokerRef, timeout: "PT0S" },
      "invalid value: PT0S: spec.timeout\nexpected an ISO 8601 period above zero, such as PT30S",
    ],
    [
      "EventPolicy",
      { filters: [{ exact: { "NO-NAME": "x" } }] },
      'invalid key name "NO-NAME": spec.filters[0].exact[NO-NAME]',
    ],
    ["EventPolicy", { to: [{}] }, "expected exactly one, got neither: spec.to[0].ref, spec.to[0].selector"],
  ])("[CP-MSG-2] a %s of %j is refused", async (kind, spec, why) => {
    const { code, body } = await create(kind, spec);
    expect([code, body.message]).toEqual([400, expect.stringContaining(`validation failed: ${why}`)]);
  });

  test.each([
    ["Channel", "retention", "soon"],
    ["InMemoryChannel", "dedup", "soon"],
    ["Subscription", "ordering", "sorted"],
    ["Sequence", "retention", "soon"],
    ["Parallel", "ordering", "sorted"],
  ])("[CP-MSG-3] a %s with sluice.dev/%s: %s is refused", async (kind, name, value) => {
    const specs: Readonly<Record<string, object>> = {
      Subscription: { channel, subscriber: { uri } },
      Sequence: { steps: [{ uri }] },
      Parallel: { branches: [{ subscriber: { uri } }] },
    };
    const { body } = await create(kind, specs[kind] ?? {}, { annotations: { [`sluice.dev/${name}`]: value } });
    expect(body.message).toContain(`invalid value: ${value}: metadata.annotations[sluice.dev/${name}]`);
  });

  test("[CP-MSG-4] a Subscription keeps its channel; subscriber, reply and delivery may change", async () => {
    const world = new World();
    await create("Subscription", { channel, subscriber: { uri } }, {}, world);
    const patch = (spec: object) => world.request("PATCH", `${pathOf("Subscription")}/x`, { spec });
    const moved = await patch({ channel: { name: "d" } });
    expect([moved.code, moved.body.message]).toEqual([
      400,
      expect.stringContaining("Immutable fields changed (-old +new): spec.channel\n"),
    ]);
    const changed = await patch({ subscriber: { uri: "http://other.test/" }, reply: { uri }, delivery: { retry: 1 } });
    expect([changed.code, changed.body.spec]).toEqual([
      200,
      { channel, subscriber: { uri: "http://other.test/" }, reply: { uri }, delivery: { retry: 1 } },
    ]);
  });

  test("[CP-MSG-5] who subscribes to an InMemoryChannel is for Subscriptions to say", async () => {
    const world = new World();
    await create("InMemoryChannel", {}, {}, world);
    const path = `${pathOf("InMemoryChannel")}/x`;
    const { code, body } = await world.request("PATCH", path, { spec: { subscribers: [{ subscriberUri: uri }] } });
    expect([code, body.message]).toEqual([
      400,
      "validation failed: Channel.Spec.Subscribers changed by a user: a Subscription is the way to subscribe: spec.subscribers",
    ]);
  });

  test.each(["InMemoryChannel", "KafkaChannel"])(
    "[CP-MSG-7] a %s names a hundred subscribers at most",
    async (kind) => {
      const named = (count: number) => create(kind, { subscribers: Array(count).fill({ replyUri: uri }) });
      expect((await named(100)).code).toBe(201);
      const { code, body } = await named(101);
      expect([code, body.message]).toEqual([
        400,
        "validation failed: invalid value: 101: spec.subscribers\nexpected at most 100: a Subscription is the way to subscribe",
      ]);
    },
  );

  const flows = { Channel: {}, Sequence: { steps: [{ uri }] }, Parallel: { branches: [{ subscriber: { uri } }] } };

  test.each(Object.entries(flows))("[CP-MSG-8] a %s's template has a delivery like any other", async (kind, spec) => {
    const of = (delivery: unknown) => {
      const template = { ...channelTemplate, spec: { delivery, ofAnotherKind: { partitions: 3 } } };
      return create(kind, { ...spec, channelTemplate: template });
    };
    const fine = await of({ retry: 5, timeout: "PT3S" });
    expect([fine.code, fine.headers.get("warning"), fine.body.spec]).toEqual([
      201,
      null,
      expect.objectContaining({
        channelTemplate: {
          ...channelTemplate,
          spec: { delivery: { retry: 5, timeout: "PT3S" }, ofAnotherKind: { partitions: 3 } },
        },
      }),
    ]);
    const path = "spec.channelTemplate.spec.delivery";
    const wrong = await of({ retry: "5", timeout: 3 });
    expect([wrong.code, wrong.body.details.causes.map(({ field }) => field)]).toEqual([
      422,
      [`${path}.retry`, `${path}.timeout`],
    ]);
    const unknown = await of({ backofDelay: "PT1S" });
    expect(unknown.headers.get("warning")).toBe(`299 - "unknown field \\"${path}.backofDelay\\""`);
    expect((await of({ retry: -1 })).body.message).toContain(`invalid value: -1: ${path}.retry`);
    expect((await of("fast")).body.details.causes.map(({ field }) => field)).toEqual([path]);
  });

  test("[CP-MSG-6] a Sequence may get more steps", async () => {
    const world = new World();
    await create("Sequence", { steps: [{ uri }] }, {}, world);
    const steps = [{ uri }, { uri: "http://other.test/", delivery: { retry: 2 } }];
    const { code, body } = await world.request("PATCH", `${pathOf("Sequence")}/x`, { spec: { steps } });
    expect([code, body.spec]).toEqual([200, { channelTemplate, steps }]);
  });
});

describe("[CP-NIM] kinds without a data plane", () => {
  test.each([
    [
      "EventPolicy",
      {},
      "EventPolicies are not enforced yet: what this one would refuse is accepted. Access tokens decide who may post.",
    ],
  ])("[CP-NIM-1] a %s is not Ready, and says what to use instead", async (kind, spec, message) => {
    const world = new World();
    await create(kind, spec, {}, world);
    await world.settle();
    const { body } = await world.request("GET", `${pathOf(kind)}/x`);
    expect(body.status).toEqual({
      observedGeneration: 1,
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "NotImplemented",
          message,
          lastTransitionTime: "2026-01-02T03:04:05Z",
        },
      ],
    });
  });

  test("[CP-NIM-2] the time of the condition stays when the object changes", async () => {
    const world = new World();
    await create("EventTransform", { jsonata: { expression: "$" } }, {}, world);
    await world.settle();
    world.nowMs += 5000;
    await world.request("PATCH", `${pathOf("EventTransform")}/x`, { spec: { sink: { uri } } });
    await world.settle();
    const { status } = (await world.request("GET", `${pathOf("EventTransform")}/x`)).body;
    expect([status.observedGeneration, status.conditions[0]?.lastTransitionTime]).toEqual([2, "2026-01-02T03:04:05Z"]);
  });
});
