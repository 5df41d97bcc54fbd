import { describe, expect, test } from "vitest";
import { channelRef, FlowWorld, url } from "./control-plane-flow-world.ts";
import { BROKERS, broker } from "./control-plane-world.ts";
import { TokenWorld } from "./token-world.ts";

const NO_UID = "00000000-0000-4000-8000-00000000ffff";
const base = "/apis/sluice.dev/v1alpha1/namespaces/default";

async function world(): Promise<FlowWorld> {
  const created = new FlowWorld();
  await created.create("Channel", "c");
  await created.create("InMemoryChannel", "i");
  await created.create("Sequence", "s", { steps: [url("a"), url("b")] });
  await created.create("Parallel", "p", { branches: [{ subscriber: url("a") }] });
  await created.create("Subscription", "sub", { channel: channelRef("Channel", "c"), subscriber: url("in") });
  await created.create("Subscription", "nowhere", { channel: channelRef("Channel", "none"), subscriber: url("in") });
  await created.settle();
  return created;
}

describe("[CP-OPF] the operator API of channels and flows", () => {
  test.each([
    ["channels/c", "default/channel/c"],
    ["inmemorychannels/c", "default/channel/c"],
    ["inmemorychannels/i", "default/inmemorychannel/i"],
    ["sequences/s", "default/sequence/s"],
    ["inmemorychannels/s-kn-sequence-0", "default/sequence/s"],
    ["inmemorychannels/s-kn-sequence-1", "default/inmemorychannel/s-kn-sequence-1"],
    ["parallels/p", "default/parallel/p"],
    ["subscriptions/sub", "default/channel/c"],
    ["subscriptions/s-kn-sequence-1", "default/inmemorychannel/s-kn-sequence-1"],
  ])("[CP-OPF-1] %s means the channel %s", async (path, channel) => {
    const asked = await world();
    expect((await asked.request("GET", `${base}/${path}/stats`)).code).toBe(200);
    expect(asked.operations).toEqual([{ verb: "stats", channel }]);
  });

  test("[CP-OPF-2] a Subscription means its own subscription, by its name as well", async () => {
    const asked = await world();
    const { uid } = (await asked.get("Subscription", "sub")).metadata;
    await asked.request("POST", `${base}/subscriptions/sub/replay`, { from: "earliest" });
    await asked.request("GET", `${base}/channels/c/deliveries?subscription=sub`);
    expect(asked.operations).toEqual([
      { verb: "replay", subscription: uid, to: { kind: "earliest" }, dryRun: false, channel: "default/channel/c" },
      { verb: "deliveries", selector: { subscription: uid }, limit: 100, channel: "default/channel/c" },
    ]);
  });

  test("[CP-OPF-4] subscribers that an InMemoryChannel names itself are asked for by the uid they have on it", async () => {
    const asked = await world();
    const subscribers = [{ subscriberUri: "http://sink.test/0" }, { subscriberUri: "http://sink.test/1" }];
    const { uid } = (await asked.create("InMemoryChannel", "direct", { subscribers })).metadata;
    await asked.settle();
    const channel = "default/inmemorychannel/direct";
    const known = asked.configured.get(channel)?.subscriptions.map((each) => each.uid) ?? [];
    expect(known).toEqual([`${uid}/0`, `${uid}/1`]);
    for (const subscription of known) {
      await asked.request("GET", `${base}/inmemorychannels/direct/deliveries?subscription=${subscription}`);
      await asked.request("POST", `${base}/inmemorychannels/direct/deliveries/redrive`, { subscription });
    }
    expect(asked.operations).toEqual(
      known.flatMap((subscription) => [
        { verb: "deliveries", selector: { subscription }, limit: 100, channel },
        { verb: "redrive", selector: { subscription }, dryRun: false, channel },
      ]),
    );
  });

  test("[CP-OPF-5] what subscribers answered is only for those who may read the log", async () => {
    const asked = new TokenWorld();
    const [viewer, editor] = [await asked.user("v", "viewer"), await asked.user("e", "editor")];
    await asked.request("POST", BROKERS, broker("b"));
    const delivery = { id: "1", state: "parked", lastFailure: { status: 500, reason: "500", errorData: "c29ycnk=" } };
    asked.operatorAnswer = { kind: "ok", body: { items: [delivery, { id: "2", lastFailure: null }], continue: "2" } };
    const path = `${base}/brokers/b/deliveries`;
    expect((await editor("GET", path)).body).toEqual(asked.operatorAnswer.body);
    expect((await viewer("GET", path)).body).toEqual({
      items: [
        { id: "1", state: "parked", lastFailure: { status: 500, reason: "500" } },
        { id: "2", lastFailure: null },
      ],
      continue: "2",
    });
  });

  test.each([
    ["channels/none/stats", 404, 'channels.messaging.knative.dev "none" not found'],
    ["subscriptions/nowhere/stats", 404, 'channels.messaging.knative.dev "none" not found'],
    [
      "channels/c/deliveries?subscription=s-kn-sequence-0",
      400,
      'default/channel/c has no Trigger or Subscription "s-kn-sequence-0"',
    ],
    ...["", "x", "-1", "01", "0/0"].map((index): [string, number, string] => [
      `channels/c/deliveries?subscription=${NO_UID}/${index}`,
      400,
      `default/channel/c has no Trigger or Subscription "${NO_UID}/${index}"`,
    ]),
  ])("[CP-OPF-3] %s is answered with %i and why", async (path, code, message) => {
    const answer = await (await world()).request("GET", `${base}/${path}`);
    expect([answer.code, answer.body.message]).toEqual([code, message]);
  });
});
