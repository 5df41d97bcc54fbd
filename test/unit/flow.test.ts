import { describe, expect, test } from "vitest";
import type { SubscriptionConfiguration, Target } from "../../src/core/channel-protocol.ts";
import { subscription } from "../kit/channel-world.ts";
import { channelTarget, FlowWorld, replyWith } from "../kit/flow-world.ts";

const url = (name: string) => `http://${name}.example/`;
const at = (name: string): Target => ({ kind: "url", url: url(name) });
const replyTo = (target: Target) => ({ kind: "target", target }) as const;
const { delivery } = subscription("s");

/** A step of a chain: its subscriber's replies go on to `next`. */
function step(
  uid: string,
  next: Target,
  overrides: Partial<SubscriptionConfiguration> = {},
): SubscriptionConfiguration {
  return subscription(uid, { reply: replyTo(next), ...overrides });
}

/** Three channels in a row, whose subscribers answer each event with the next; the last one's replies go to `end`. */
async function chain(): Promise<FlowWorld> {
  const world = new FlowWorld();
  await world.configure("one", [step("s1", channelTarget("two"))]);
  await world.configure("two", [step("s2", channelTarget("three"))]);
  await world.configure("three", [step("s3", at("end"))]);
  for (const name of ["s1", "s2", "s3"]) {
    world.subscribers.set(url(name), ({ headers }) => replyWith(`${headers.get("ce-id")}>${name}`));
  }
  return world;
}

describe("an event that goes from channel to channel", () => {
  test("[FLW-1] passes a chain of three in one courier's run, with one wake-up", async () => {
    const world = await chain();
    await world.post("one", "e");
    await world.pass(60);
    expect(world.received(url("end"))).toEqual(["e>s1>s2>s3"]);
    expect(world.wakes).toEqual(["default/channel/one"]);
    await world.pass(5_000);
    expect([world.wakes.length, world.runs]).toEqual([1, 0]);
    expect(await world.log("three")).toEqual(["e>s1>s2"]);
  });

  test("[FLW-2] finds a courier at once, however soon after another one", async () => {
    const world = await chain();
    for (let event = 1; event <= 20; event++) {
      await world.post("one", String(event));
      await world.pass(130);
      expect(world.received(url("end")).length).toBe(event);
    }
  });

  test("[FLW-3] is not alone: many pass together, each once, in fewer calls than there are hand-overs", async () => {
    const world = await chain();
    for (let event = 0; event < 200; event++) void world.post("one", String(event));
    await world.pass(3_000);
    const ids = Array.from({ length: 200 }, (_, event) => `${event}>s1>s2>s3`);
    expect(world.received(url("end")).toSorted()).toEqual(ids.toSorted());
    expect(world.calls.length).toBe(200 * 4);
    expect(world.handOvers).toBeLessThan(300);
  });

  test("[FLW-4] has one hop less in each channel, and a loop of channels ends", async () => {
    const world = new FlowWorld();
    await world.configure("one", [step("s1", channelTarget("two"))]);
    await world.configure("two", [step("s2", channelTarget("one"))]);
    for (const name of ["s1", "s2"]) world.subscribers.set(url(name), () => replyWith("again"));
    await world.post("one", "e", 5);
    await world.pass(1_000);
    expect([world.received(url("s1")).length, world.received(url("s2")).length]).toEqual([3, 2]);
    expect(await world.counters("one")).toMatchObject({ delivered: 3, replies: 2, hopsExhausted: 1, withoutReply: 0 });
    expect(world.logs.filter(({ event }) => event === "event.dropped").length).toBe(1);
  });

  test("[FLW-5] ends, visibly, where a step gives no reply", async () => {
    const world = await chain();
    world.subscribers.set(url("s2"), () => new Response(null, { status: 202 }));
    await world.post("one", "e");
    await world.pass(1_000);
    expect([world.received(url("s2")), world.received(url("s3"))]).toEqual([["e>s1"], []]);
    expect(await world.counters("two")).toMatchObject({ delivered: 1, replies: 0, withoutReply: 1 });
  });

  test("[FLW-6] goes to a channel as subscriber without a request, and to one as dead letter sink", async () => {
    const world = new FlowWorld();
    const deadLetterSink = channelTarget("dead");
    await world.configure("one", [subscription("s1", { subscriber: channelTarget("two") })]);
    await world.configure("two", [subscription("s2", { delivery: { ...delivery, deadLetterSink } })]);
    await world.configure("dead", [subscription("s3")]);
    world.subscribers.set(url("s2"), () => new Response("no", { status: 400 }));
    await world.post("one", "e");
    await world.pass(1_000);
    expect(world.calls.map((call) => call.url)).toEqual([url("s2"), url("s3")]);
    expect(world.calls[1]?.headers.get("ce-knativeerrordest")).toBe(url("s2"));
    expect(world.wakes).toEqual(["default/channel/one"]);
  });

  test("[FLW-7] whose step answers with more than 4 MB has failed there", async () => {
    const world = await chain();
    const headers = { "ce-specversion": "1.0", "ce-id": "r", "ce-source": "/r", "ce-type": "r" };
    world.subscribers.set(url("s2"), () => new Response(new Uint8Array(4 * 1024 * 1024 + 1), { headers }));
    await world.post("one", "e");
    await world.pass(1_000);
    expect(await world.counters("two")).toMatchObject({ delivered: 0, parked: 1, failedAttempts: 1 });
    expect(await world.log("three")).toEqual([]);
  });
});

describe("a reply that cannot be passed on", () => {
  test("[FLW-8] is tried again with the subscription's policy, and its subscriber is not called again", async () => {
    const world = new FlowWorld();
    const patient = { ...delivery, retry: 3, backoffPolicy: "linear" as const, backoffDelayMs: 1_000 };
    await world.configure("one", [step("s1", at("end"), { delivery: patient })]);
    world.subscribers.set(url("s1"), () => replyWith("r"));
    let failures = 2;
    world.subscribers.set(url("end"), () => new Response(null, { status: failures-- > 0 ? 503 : 202 }));
    await world.post("one", "e");
    await world.pass(10_000);
    expect([world.received(url("s1")), world.received(url("end"))]).toEqual([["e"], ["r", "r", "r"]]);
    expect(await world.counters("one")).toMatchObject({ delivered: 1, replies: 1, failedAttempts: 2, parked: 0 });
  });

  test("[FLW-9] waits for a channel that is not there yet, and is in it once", async () => {
    const world = new FlowWorld();
    const patient = { ...delivery, retry: 5, backoffPolicy: "linear" as const, backoffDelayMs: 1_000 };
    await world.configure("one", [step("s1", channelTarget("two"), { delivery: patient })]);
    world.subscribers.set(url("s1"), () => replyWith("r"));
    await world.post("one", "e");
    await world.pass(2_000);
    await world.configure("two", [subscription("s2")]);
    await world.pass(10_000);
    expect([await world.log("two"), world.received(url("s1")), world.received(url("s2"))]).toEqual([
      ["r"],
      ["e"],
      ["r"],
    ]);
  });

  test("[FLW-10] leaves the original event to the dead letter sink, which is told of the reply's target", async () => {
    const world = new FlowWorld();
    const deadLetterSink = at("dead");
    await world.configure("one", [step("s1", at("end"), { delivery: { ...delivery, retry: 1, deadLetterSink } })]);
    world.subscribers.set(url("s1"), () => replyWith("r"));
    world.subscribers.set(url("end"), () => new Response("full", { status: 500 }));
    await world.post("one", "e");
    await world.pass(2_000);
    expect(world.calls.map((call) => call.url)).toEqual([url("s1"), url("end"), url("end"), url("dead")]);
    const { headers } = world.calls[3] ?? { headers: new Headers() };
    const attributes = ["ce-id", "ce-knativeerrordest", "ce-knativeerrorcode", "ce-knativeerrordata"];
    expect(attributes.map((name) => headers.get(name))).toEqual(["e", url("end"), "500", btoa("full")]);
    expect(await world.counters("one")).toMatchObject({ delivered: 0, deadLettered: 1 });
  });
});
