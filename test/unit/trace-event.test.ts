import { describe, expect, test } from "vitest";
import { type Trace, traceEvent } from "../../src/control-plane/traces/trace-event.ts";
import type { ChannelName } from "../../src/core/channel-name.ts";
import type { OperatorAnswer } from "../../src/core/operator-protocol.ts";
import { subscription } from "../kit/channel-world.ts";
import { channelTarget, FlowWorld, replyWith } from "../kit/flow-world.ts";
import { traceShape } from "../kit/trace-shape.ts";
import { World } from "./control-plane-world.ts";

const SOUGHT = { kind: "event", source: "/test", id: "e" } as const;
const WHOLE = "channel/one: s1 delivered 200 > (channel/two: s2 delivered 200 > (channel/three: s3 delivered 202))";
const url = (name: string) => `http://${name}.example/`;
const step = (uid: string, next: string) =>
  subscription(uid, { reply: { kind: "target", target: channelTarget(next) } });

/** Channels one to three in a row, whose subscribers answer with the event they got. */
async function chain(): Promise<FlowWorld> {
  const world = new FlowWorld();
  await world.configure("one", [step("s1", "two")]);
  await world.configure("two", [step("s2", "three")]);
  await world.configure("three", [subscription("s3", { reply: { kind: "none" } })]);
  for (const name of ["s1", "s2"]) {
    world.subscribers.set(url(name), () => replyWith("e"));
  }
  return world;
}

function ports(
  world: FlowWorld,
  names: readonly string[],
  change: Partial<Record<string, OperatorAnswer | Error>> = {},
) {
  return {
    channelsOf: () => names.map((name) => channelTarget(name).name),
    operate: async (channel: ChannelName, request: Parameters<ReturnType<FlowWorld["host"]>["operate"]>[0]) => {
      const name = channel.split("/")[2] ?? "";
      const instead = change[name];
      if (instead instanceof Error) throw instead;
      return instead ?? world.host(name).operate(request);
    },
  };
}

const shapes = (trace: Trace) => trace.events.map(traceShape);

describe("[TRE] the way of an event through channels", () => {
  test("[TRE-1] is one tree, also where the replies keep the event's source and id", async () => {
    const world = await chain();
    world.subscribers.set(url("s2"), () => replyWith("other"));
    await world.post("one", "e");
    await world.pass(60);
    const trace = await traceEvent(SOUGHT, "default", ports(world, ["one", "two", "three"]));
    expect(shapes(trace)).toEqual([WHOLE]);
    expect([trace.limits, trace.unread, trace.searched.channels]).toEqual([[], [], 3]);
  });

  test("[TRE-2] begins in the middle when that is what was asked for, and says where it came from", async () => {
    const world = await chain();
    await world.post("one", "first");
    await world.pass(60);
    const sought = { ...SOUGHT, source: "/reply" };
    const trace = await traceEvent(sought, "default", ports(world, ["one", "two", "three"]));
    expect(shapes(trace)).toEqual(["channel/two: s2 delivered 200 > (channel/three: s3 delivered 202)"]);
    expect(trace.events[0]?.cameFrom).toEqual({
      channel: "default/channel/one",
      position: "0-1",
      subscription: "s1",
      kind: "reply",
    });
  });

  test("[TRE-3] ends where a step does not answer, with why", async () => {
    const world = await chain();
    world.subscribers.set(url("s2"), () => new Response(null, { status: 200 }));
    await world.post("one", "e");
    await world.pass(60);
    const trace = await traceEvent(SOUGHT, "default", ports(world, ["one", "two", "three"]));
    expect(shapes(trace)).toEqual(["channel/one: s1 delivered 200 > (channel/two: s2 delivered 200)"]);
    expect(JSON.stringify(trace.events)).toContain('"note":"no-reply"');
  });

  test("[TRE-4] without a channel that gives no answer says so, and what went there is missing", async () => {
    const world = await chain();
    await world.post("one", "e");
    await world.pass(60);
    const gone = { two: new Error("no answer within 10000 ms") };
    const trace = await traceEvent(SOUGHT, "default", ports(world, ["one", "two", "three"], gone));
    expect(shapes(trace)).toEqual(["channel/one: s1 delivered 200 > default/channel/two missing"]);
    const unread = { channel: "default/channel/two", kind: "unreachable", reason: "no answer within 10000 ms" };
    expect(trace.unread).toEqual([unread]);
  });

  test("[TRE-5] does not leave the namespace", async () => {
    const world = await chain();
    await world.post("one", "e");
    await world.pass(60);
    const asked: string[] = [];
    const { operate } = ports(world, []);
    const trace = await traceEvent(SOUGHT, "other", {
      channelsOf: () => [channelTarget("one").name],
      operate: (channel, request) => {
        asked.push(channel);
        return operate(channel, request);
      },
    });
    expect(asked).toEqual(["default/channel/one"]);
    expect(shapes(trace)[0]).toContain("default/channel/two");
  });

  test("[TRE-6] is cut at a depth that is said", async () => {
    const world = new FlowWorld();
    await world.configure("one", [step("s1", "one")]);
    world.subscribers.set(url("s1"), () => replyWith("again"));
    await world.post("one", "e", 40);
    await world.pass(4_000);
    const trace = await traceEvent(SOUGHT, "default", ports(world, ["one"]));
    expect(trace.limits).toEqual(["the trace ends after 32 steps and 33 events: what follows is not shown"]);
  });

  test("[TRE-7] does not wait for every channel of many that give no answer", async () => {
    let calls = 0;
    const names = Array.from({ length: 40 }, (_, index) => channelTarget(`c${index}`).name);
    const trace = await traceEvent(SOUGHT, "default", {
      channelsOf: () => names,
      operate: async () => {
        calls++;
        throw new Error("no answer within 10000 ms");
      },
    });
    expect([calls, trace.unread.length, trace.limits]).toEqual([
      12,
      12,
      ["28 channels were not asked, because too many gave no answer"],
    ]);
  });
});

describe("[TRA] GET traces", () => {
  const path = "/apis/sluice.dev/v1alpha1/namespaces/default/traces?source=/test&id=e";

  async function worldWithBroker(): Promise<World> {
    const world = new World();
    const body = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "b" } };
    await world.request("POST", "/apis/eventing.knative.dev/v1/namespaces/default/brokers", body);
    await world.settle();
    return world;
  }

  test("[TRA-1] asks every channel of the namespace, within the times, and answers with what was read", async () => {
    const world = await worldWithBroker();
    world.operatorAnswer = { kind: "traced", trace: { events: [], read: { events: 3, bytes: 600 }, limits: ["cut"] } };
    const answer = await world.request("GET", `${path}&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00%2B01:00`);
    expect([answer.code, answer.body]).toEqual([
      200,
      {
        source: "/test",
        id: "e",
        filters: "Whether a filter passes an event is said by the filter of today, not by the one that the event met.",
        events: [],
        searched: { channels: 1, events: 3, bytes: 600 },
        limits: ["default/broker/b: cut"],
        unread: [],
      },
    ]);
    const times = { fromMs: 1_767_225_600_000, toMs: 1_767_308_400_000 };
    expect(world.operations).toEqual([{ verb: "trace", sought: { ...SOUGHT, ...times }, channel: "default/broker/b" }]);
  });

  test("[TRA-2] channels of an earlier version make it a 501, and a namespace without channels an empty trace", async () => {
    const world = await worldWithBroker();
    // The default of World: what a channel answers that takes the verb for another.
    const answer = await world.request("GET", path);
    expect([answer.code, answer.body.message]).toEqual([
      501,
      "the channel runs a version that does not know traces yet",
    ]);
    const none = await world.request("GET", path.replace("/default/", "/none/"));
    expect([none.code, none.body]).toMatchObject([200, { events: [], unread: [] }]);
  });

  test("[TRA-3] is a 503 when no channel can be reached", async () => {
    const world = await worldWithBroker();
    world.failure = "no answer within 10000 ms";
    const answer = await world.request("GET", path);
    expect([answer.code, answer.body.message]).toEqual([503, "no channel could be reached: no answer within 10000 ms"]);
  });
});
