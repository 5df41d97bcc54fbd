import { describe, expect, test } from "vitest";
import { channelRef, FlowWorld, ref, url } from "./control-plane-flow-world.ts";
import { BROKERS, broker, conditions, TRIGGERS, trigger } from "./control-plane-world.ts";

const at = "2026-01-02T03:04:05Z";
const policies = (kind: string) => ({
  type: "EventPoliciesReady",
  status: "True",
  reason: "PoliciesNotEnforced",
  message: `EventPolicy is not enforced: access tokens decide who may post to this ${kind}`,
  lastTransitionTime: at,
});
const noSink = {
  type: "DeadLetterSinkResolved",
  status: "True",
  reason: "DeadLetterSinkNotConfigured",
  message: "No dead letter sink is configured.",
  lastTransitionTime: at,
};
const isTrue = (type: string) => ({ type, status: "True", lastTransitionTime: at });

const channelTemplate = { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel" };

async function channelWith(subscription: object, channel: object = {}): Promise<FlowWorld> {
  const world = new FlowWorld();
  await world.create("Channel", "c", channel);
  await world.create("Subscription", "s", { channel: channelRef("Channel", "c"), ...subscription });
  await world.settle();
  return world;
}

describe("[CP-CHN] Channels and Subscriptions", () => {
  test("[CP-CHN-1] a Channel is Ready once the channel behind it is configured, and says where it is", async () => {
    const world = new FlowWorld();
    await world.create("Channel", "c");
    await world.settle();
    const address = { name: "http", url: "http://sluice.test/default/channels/c" };
    expect((await world.get("Channel", "c")).status).toEqual({
      observedGeneration: 1,
      conditions: [isTrue("Addressable"), isTrue("BackingChannelReady"), noSink, policies("Channel"), isTrue("Ready")],
      address,
      addresses: [address],
      channel: { ...channelRef("InMemoryChannel", "c"), namespace: "default" },
    });
    expect((await world.get("InMemoryChannel", "c")).status).toEqual({
      observedGeneration: 1,
      conditions: [
        isTrue("Addressable"),
        isTrue("ChannelServiceReady"),
        noSink,
        isTrue("DispatcherReady"),
        isTrue("EndpointsReady"),
        policies("channel"),
        isTrue("Ready"),
        isTrue("ServiceReady"),
      ],
      address,
      addresses: [address],
    });
    expect([...world.configured.keys()]).toEqual(["default/channel/c"]);
  });

  test("[CP-CHN-2] an InMemoryChannel of its own has its own address", async () => {
    const world = new FlowWorld();
    await world.create("InMemoryChannel", "i");
    await world.settle();
    expect((await world.get("InMemoryChannel", "i")).status.address.url).toBe(
      "http://sluice.test/default/inmemorychannels/i",
    );
    expect([...world.configured.keys()]).toEqual(["default/inmemorychannel/i"]);
  });

  test("[CP-CHN-3] a Subscription is a subscription of its channel, and says where events, answers and dead letters go", async () => {
    const world = await channelWith({
      subscriber: url("in"),
      reply: url("out"),
      delivery: { retry: 2, deadLetterSink: url("dead") },
    });
    const { metadata, status } = await world.get("Subscription", "s");
    expect(status).toMatchObject({
      observedGeneration: 1,
      physicalSubscription: {
        subscriberUri: "http://sink.test/in",
        replyUri: "http://sink.test/out",
        deadLetterSinkUri: "http://sink.test/dead",
      },
    });
    expect(conditions({ status })).toEqual({
      AddedToChannel: "True",
      ChannelReady: "True",
      OIDCIdentityCreated: "True OIDCDisabled",
      Ready: "True",
      ReferencesResolved: "True",
    });
    expect(world.configured.get("default/channel/c")?.subscriptions).toEqual([
      {
        uid: metadata.uid,
        namespace: "default",
        name: "s",
        filter: { kind: "everything" },
        subscriber: { kind: "url", url: "http://sink.test/in" },
        reply: { kind: "target", target: { kind: "url", url: "http://sink.test/out" } },
        delivery: {
          retry: 2,
          backoffMaxMs: 3_600_000,
          timeoutMs: 30_000,
          retryAfterMaxMs: 3_600_000,
          format: "binary",
          deadLetterSink: { kind: "url", url: "http://sink.test/dead" },
        },
        ordering: "unordered",
        breakerFailures: 20,
        startFrom: { kind: "latest" },
      },
    ]);
    const subscribers = [{ uid: metadata.uid, observedGeneration: 1, ready: "True" }];
    expect((await world.get("Channel", "c")).status).toMatchObject({ subscribers });
    expect((await world.get("InMemoryChannel", "c")).status).toMatchObject({ subscribers });
  });

  test("[CP-CHN-4] without a delivery of its own the channel's holds; with one, the channel's dead letter sink still serves", async () => {
    const delivery = { retry: 5, deadLetterSink: url("dead") };
    const inherited = await channelWith({ subscriber: url("in") }, { delivery });
    const own = await channelWith({ subscriber: url("in"), delivery: { retry: 1 } }, { delivery });
    const policyIn = (world: FlowWorld) => world.configured.get("default/channel/c")?.subscriptions[0]?.delivery;
    const deadLetterSink = { kind: "url", url: "http://sink.test/dead" };
    expect(policyIn(inherited)).toMatchObject({ retry: 5, deadLetterSink });
    expect(policyIn(own)).toMatchObject({ retry: 1, deadLetterSink });
  });

  test.each([
    ["subscriber", { subscriber: ref("Channel", "x") }, "SubscriberResolveFailed", "the Subscriber's URI"],
    ["reply", { subscriber: url("in"), reply: ref("Channel", "x") }, "ReplyResolveFailed", "the reply's URI"],
    [
      "dead letter sink",
      { subscriber: url("in"), delivery: { deadLetterSink: ref("Channel", "x") } },
      "DeadLetterSinkResolveFailed",
      "the dead letter sink's URI",
    ],
  ])(
    "[CP-CHN-5] while its %s does not resolve it is paused and says so; then it is not",
    async (_what, spec, reason, what) => {
      const world = await channelWith(spec);
      const paused = await world.get("Subscription", "s");
      expect(conditions(paused)).toMatchObject({
        Ready: `False ${reason}`,
        ReferencesResolved: `False ${reason}`,
        AddedToChannel: "False NotSubscribed",
      });
      expect(paused.status.conditions.find(({ type }) => type === "ReferencesResolved")?.message).toBe(
        `Unable to get ${what}: failed to get object default/x: channels.messaging.knative.dev "x" not found`,
      );
      expect(world.routes("default/channel/c")).toEqual(["s: paused"]);
      await world.create("Channel", "x");
      await world.settle();
      expect(await world.ready("Subscription", "s")).toBe("True");
    },
  );

  test("[CP-CHN-6] a Subscription without a channel says what is missing, and follows when it comes", async () => {
    const world = new FlowWorld();
    await world.create("Subscription", "s", { channel: channelRef("Channel", "c"), subscriber: url("in") });
    await world.settle();
    const { status } = await world.get("Subscription", "s");
    expect(conditions({ status })).toEqual({
      AddedToChannel: "Unknown ChannelReferenceFailed",
      ChannelReady: "Unknown ChannelReferenceFailed",
      OIDCIdentityCreated: "True OIDCDisabled",
      Ready: "False ChannelReferenceFailed",
      ReferencesResolved: "False ChannelReferenceFailed",
    });
    await world.create("Channel", "c");
    await world.settle();
    expect(await world.ready("Subscription", "s")).toBe("True");
  });

  test("[CP-CHN-7] channels lead to each other only once the one that is led to is configured", async () => {
    const world = new FlowWorld();
    await world.create("Channel", "a");
    await world.create("Channel", "b");
    await world.create("Subscription", "ab", { channel: channelRef("Channel", "a"), subscriber: ref("Channel", "b") });
    await world.create("Subscription", "ba", { channel: channelRef("Channel", "b"), subscriber: ref("Channel", "a") });
    const pushed: unknown[] = [];
    const set = world.configured.set.bind(world.configured);
    world.configured.set = (name, configuration) => {
      pushed.push([name, configuration.subscriptions[0]?.paused ?? false]);
      return set(name, configuration);
    };
    await world.settle();
    expect(pushed).toEqual([
      ["default/channel/a", true],
      ["default/channel/b", true],
      ["default/channel/a", false],
      ["default/channel/b", false],
    ]);
    expect(await world.ready("Subscription", "ab")).toBe("True");
  });

  test.each([
    ["Channel", "default/channel/x", "channels/x"],
    ["InMemoryChannel", "default/inmemorychannel/x", "inmemorychannels/x"],
  ] as const)("[CP-CHN-8] a Trigger's subscriber may be a %s", async (kind, name, path) => {
    const world = new FlowWorld();
    await world.create(kind, "x");
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t", { subscriber: ref(kind, "x") }));
    await world.settle();
    expect(world.configured.get("default/broker/b")?.subscriptions[0]?.subscriber).toEqual({
      kind: "channel",
      name,
      url: `http://sluice.test/default/${path}`,
    });
  });

  test("[CP-CHN-9] subscribers that an InMemoryChannel names itself are its subscriptions too", async () => {
    const world = new FlowWorld();
    const subscribers = [
      { uid: "u", subscriberUri: "http://sink.test/in", replyUri: "http://sink.test/out" },
      { uid: "u", replyUri: "http://sink.test/out" },
    ];
    await world.create("InMemoryChannel", "i", { subscribers });
    await world.settle();
    expect(world.routes("default/inmemorychannel/i")).toEqual([
      "subscriber-0: http://sink.test/in > http://sink.test/out",
      "subscriber-1: http://sink.test/out",
    ]);
    expect((await world.get("InMemoryChannel", "i")).status).toMatchObject({
      subscribers: subscribers.map(({ uid }) => ({ uid, observedGeneration: 1, ready: "True" })),
    });
    const uids = world.configured.get("default/inmemorychannel/i")?.subscriptions.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(2);
  });

  test("[CP-CHN-10] who may post is said to a channel as to a Broker", async () => {
    const world = new FlowWorld();
    await world.create("Channel", "open", {}, { annotations: { "sluice.dev/public-ingress": "true" } });
    await world.create("Channel", "closed");
    await world.settle();
    expect(world.configured.get("default/channel/open")?.ingress).toEqual({ kind: "public" });
    expect(world.configured.get("default/channel/closed")?.ingress).toEqual({ kind: "tokens", digests: [] });
  });

  test("[CP-CHN-11] a deleted Channel's channel is removed, and so is what stood behind it", async () => {
    const world = await channelWith({ subscriber: url("in") });
    const { uid } = (await world.get("InMemoryChannel", "c")).metadata;
    await world.delete("Channel", "c");
    expect([world.calls.at(-1), await world.names("InMemoryChannel"), world.configured.size]).toEqual([
      `remove default/channel/c ${uid}`,
      [],
      0,
    ]);
    expect(await world.ready("Subscription", "s")).toBe("False ChannelReferenceFailed");
  });

  test("[CP-CHN-12] an InMemoryChannel of the same name that is somebody else's stays, and the Channel says so", async () => {
    const world = new FlowWorld();
    await world.create("InMemoryChannel", "c");
    await world.create("Channel", "c");
    await world.settle();
    expect(await world.ready("Channel", "c")).toBe("False NotOwned");
    expect([...world.configured.keys()]).toEqual(["default/inmemorychannel/c"]);
  });

  test("[CP-CHN-13] the channel's dead letter sink serves the subscribers that it names itself, as it serves Subscriptions", async () => {
    const world = new FlowWorld();
    const dead = { kind: "channel", name: "default/channel/dead", url: "http://sluice.test/default/channels/dead" };
    await world.create("Channel", "dead");
    await world.settle();
    await world.create("InMemoryChannel", "i", {
      delivery: { retry: 5, deadLetterSink: ref("Channel", "dead") },
      subscribers: [
        { subscriberUri: "http://sink.test/in" },
        { subscriberUri: "http://sink.test/in", delivery: { retry: 1 } },
        {
          subscriberUri: "http://sink.test/in",
          delivery: { deadLetterSink: { ...ref("Channel", "dead"), uri: "below" } },
        },
        { subscriberUri: "http://sink.test/in", delivery: { deadLetterSink: url("own") } },
      ],
    });
    await world.settle();
    const subscriptions = world.configured.get("default/inmemorychannel/i")?.subscriptions ?? [];
    expect(subscriptions.map(({ delivery, paused }) => [delivery.retry, delivery.deadLetterSink, paused])).toEqual([
      [5, dead, undefined],
      [1, dead, undefined],
      [0, { kind: "url", url: "http://sluice.test/default/channels/below" }, undefined],
      [0, { kind: "url", url: "http://sink.test/own" }, undefined],
    ]);
  });

  test("[CP-CHN-14] one whose dead letter sink does not resolve is paused, and the channel says why; then it is not", async () => {
    const world = new FlowWorld();
    const delivery = { deadLetterSink: ref("Channel", "dead") };
    const subscribers = [{ uid: "u", subscriberUri: "http://sink.test/in", delivery }];
    await world.create("InMemoryChannel", "i", { subscribers });
    await world.settle();
    const message = 'failed to get object default/dead: channels.messaging.knative.dev "dead" not found';
    expect(world.routes("default/inmemorychannel/i")).toEqual(["subscriber-0: paused"]);
    expect((await world.get("InMemoryChannel", "i")).status).toMatchObject({
      subscribers: [{ uid: "u", observedGeneration: 1, ready: "Unknown", message }],
    });
    await world.create("Channel", "dead");
    await world.settle();
    expect(world.routes("default/inmemorychannel/i")).toEqual(["subscriber-0: http://sink.test/in"]);
    expect((await world.get("InMemoryChannel", "i")).status).toHaveProperty("subscribers", [
      { uid: "u", observedGeneration: 1, ready: "True" },
    ]);
  });

  test("[CP-CHN-15] a Channel says where the dead letters of its template's delivery go", async () => {
    const world = new FlowWorld();
    const spec = { delivery: { deadLetterSink: url("dead") } };
    await world.create("Channel", "c", { channelTemplate: { ...channelTemplate, spec } });
    await world.settle();
    const { status } = await world.get("Channel", "c");
    expect([conditions({ status }).DeadLetterSinkResolved, status.deadLetterSinkUri]).toEqual([
      "True",
      "http://sink.test/dead",
    ]);
  });
});
