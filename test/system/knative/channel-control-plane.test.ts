/** What Knative's own tests expect of the API of channels and Subscriptions, over real HTTP. */
import { beforeAll, describe, expect, test } from "vitest";
import { apply } from "../../kit/apply.ts";
import { FlowNamespace } from "../flow-namespace.ts";
import { type Router, startRouter } from "../harness.ts";
import { allTrue, conditionsOf } from "./channel-conditions.ts";
import { channelCounters } from "./channel-counters.ts";

const MESSAGING = "messaging.knative.dev";
const EVERY_CHANNEL = ["Addressable", "DeadLetterSinkResolved", "EventPoliciesReady", "Ready"];
const DISPATCHER = ["ChannelServiceReady", "DispatcherReady", "EndpointsReady", "ServiceReady"];
const OF_IN_MEMORY_CHANNEL = [...DISPATCHER, ...EVERY_CHANNEL];
const OF_CHANNEL = ["BackingChannelReady", ...EVERY_CHANNEL];
const OF_SUBSCRIPTION = ["AddedToChannel", "ChannelReady", "OIDCIdentityCreated", "Ready", "ReferencesResolved"];

describe.concurrent("[CHA] channels in the API", () => {
  let router: Router;
  beforeAll(async () => {
    router = await startRouter();
  });

  test("[CHA-1] GoesReady: of the conditions of a new Channel all are true", async () => {
    const space = await FlowNamespace.start(router, "generic");
    await space.create("Channel", "c");
    expect(await conditionsOf(space, "Channel", "c")).toEqual(allTrue(OF_CHANNEL));
  });

  test("[CHA-1] ImplGoesReady: so it is with an InMemoryChannel", async () => {
    const space = await FlowNamespace.start(router, "implementation");
    await space.create("InMemoryChannel", "c");
    expect(await conditionsOf(space, "InMemoryChannel", "c")).toEqual(allTrue(OF_IN_MEMORY_CHANNEL));
  });

  test("[CHA-2] SubscriptionGoesReady: a Subscription is ready and says where its events go", async () => {
    const space = await FlowNamespace.start(router, "subscription");
    await space.create("Channel", "c");
    await space.create("Subscription", "s", {
      channel: space.ref("Channel", "c").ref,
      subscriber: space.to("sink"),
      reply: space.ref("Channel", "c"),
    });
    expect(await conditionsOf(space, "Subscription", "s")).toEqual(allTrue(OF_SUBSCRIPTION));
    expect((await space.get("Subscription", "s")).status.physicalSubscription).toEqual({
      subscriberUri: space.to("sink").uri,
      replyUri: `${router.url}/subscription/channels/c`,
    });
  });

  test.each(["Channel", "InMemoryChannel"] as const)(
    "[CHA-3] ControlPlaneChannel, TestChannelStatus: a %s says what can subscribe, which of its generations holds and where it is",
    async (kind) => {
      const space = await FlowNamespace.start(router, `plane-${kind.toLowerCase()}`);
      await space.create(kind, "c", { delivery: { deadLetterSink: space.to("dead") } });
      const { metadata, status } = await space.get(kind, "c");
      expect({ annotations: metadata.annotations, ...status }).toMatchObject({
        annotations: { "messaging.knative.dev/subscribable": "v1" },
        observedGeneration: metadata.generation,
        address: { url: `${router.url}/plane-${kind.toLowerCase()}/${kind.toLowerCase()}s/c` },
        deadLetterSinkUri: space.to("dead").uri,
      });
    },
  );

  test("[CHA-4] ControlPlaneChannel, TestChannelStatusSubscriber: a subscriber in the spec is ready in the status, and gets the events", async () => {
    const space = await FlowNamespace.start(router, "subscribers");
    const subscribers = [{ uid: "abc123", generation: 1, subscriberUri: space.to("sink").uri }];
    await space.create("InMemoryChannel", "c", { subscribers });
    const { spec, status } = await space.get("InMemoryChannel", "c");
    expect([spec.subscribers, status.subscribers]).toEqual([
      subscribers,
      [{ uid: "abc123", observedGeneration: 1, ready: "True" }],
    ]);
    await space.post("inmemorychannels/c", "1", "data");
    expect(await space.arrived("sink", 1)).toEqual(["data"]);
  });

  test("[CHA-5] kreference_group ChannelToChannel: a subscriber may be named by its group, without a version", async () => {
    const space = await FlowNamespace.start(router, "group-of-subscriber");
    await space.create("Channel", "a");
    await space.create("Channel", "b");
    await space.create("Subscription", "a-to-b", {
      channel: space.ref("Channel", "a").ref,
      subscriber: { ref: { group: MESSAGING, kind: "Channel", name: "b" } },
    });
    await space.create("Subscription", "b-to-sink", {
      channel: space.ref("Channel", "b").ref,
      subscriber: space.to("sink"),
    });
    await space.post("channels/a", "1", "data");
    const delivered = { delivered: 1 };
    expect(await channelCounters(space, "channels/a", 1)).toEqual({ "a-to-b": delivered });
    expect(await channelCounters(space, "channels/b", 1)).toEqual({
      "b-to-sink": delivered,
    });
    expect(space.bodies("sink")).toEqual(["data"]);
  });

  test("[CHA-6] kreference_group SubscriptionWithChannelGroup: a channel may be named by its group, without a version", async () => {
    const space = await FlowNamespace.start(router, "group-of-channel");
    await space.create("Channel", "c");
    const channel = { group: MESSAGING, kind: "Channel", name: "c" };
    await space.create("Subscription", "s", { channel, subscriber: space.to("sink") });
    expect((await space.get("Subscription", "s")).spec.channel).toEqual(channel);
    await space.post("channels/c", "1", "data");
    expect(await channelCounters(space, "channels/c", 1)).toEqual({ s: { delivered: 1 } });
    expect(space.bodies("sink")).toEqual(["data"]);
  });

  test("[CHA-7] kreference_group SubscriptionWithChannelGroup: a group that is not that of the version is refused", async () => {
    await FlowNamespace.start(router, "two-groups");
    const ref = { apiVersion: `${MESSAGING}/v1`, group: "flows.knative.dev", kind: "Channel", name: "c" };
    const subscription = {
      apiVersion: `${MESSAGING}/v1`,
      kind: "Subscription",
      metadata: { name: "s", namespace: "two-groups" },
      spec: { channel: { ...ref, group: MESSAGING }, subscriber: { ref } },
    };
    await expect(apply(router, subscription)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(
        "both apiVersion and group are specified and they refer to different API groups",
      ),
    });
  });
});
