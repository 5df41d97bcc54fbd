import { describe, expect, test } from "vitest";
import { channelRef, FLOWS, FlowWorld, MESSAGING, url } from "./control-plane-flow-world.ts";
import { conditions, managersIn } from "./control-plane-world.ts";

const first = "default/sequence/s";
const second = "default/inmemorychannel/s-kn-sequence-1";
const parts = ["s-kn-sequence-0", "s-kn-sequence-1"];
const oneStep = { steps: [url("a")], reply: url("end") };
const twoSteps = { steps: [url("a"), url("b")], reply: url("end") };

async function withTwoSteps(): Promise<FlowWorld> {
  const world = new FlowWorld();
  await world.create("Sequence", "s", twoSteps);
  await world.settle();
  world.calls.length = 0;
  return world;
}

/** From two steps to one, while the second channel still holds something. */
async function shortened(): Promise<FlowWorld> {
  const world = await withTwoSteps();
  world.retirement = { kind: "draining", unsettled: 3, parked: 0 };
  await world.patch("Sequence", "s", oneStep);
  return world;
}

function rows(world: FlowWorld): string {
  return JSON.stringify(
    ["object", "change", "channel"].map((table) => world.database.prepare(`SELECT * FROM ${table}`).all()),
  );
}

describe("[CP-PRT] the parts of flows as resources", () => {
  test("[CP-PRT-1] they are its own, and the controller wrote them", async () => {
    const world = await withTwoSteps();
    const { uid } = (await world.get("Sequence", "s")).metadata;
    const answer = await world.request("GET", `${MESSAGING}/subscriptions/s-kn-sequence-0`);
    expect(answer.body).toMatchObject({
      metadata: {
        ownerReferences: [
          {
            apiVersion: "flows.knative.dev/v1",
            kind: "Sequence",
            name: "s",
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        channel: { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel", name: "s-kn-sequence-0" },
        subscriber: url("a"),
        reply: {
          ref: {
            apiVersion: "messaging.knative.dev/v1",
            kind: "InMemoryChannel",
            name: "s-kn-sequence-1",
            namespace: "default",
          },
        },
      },
    });
    expect(managersIn(answer)).toEqual(["sluice-controller Update", "sluice-controller Update status"]);
    expect([await world.names("InMemoryChannel"), await world.names("Subscription")]).toEqual([parts, parts]);
  });

  test("[CP-PRT-2] written again, nothing happens; neither after a crash", async () => {
    const world = await withTwoSteps();
    const before = rows(world);
    await world.engine.alarm();
    world.restart();
    await world.engine.alarm();
    expect([rows(world), world.calls.filter((call) => !call.startsWith("poke"))]).toEqual([before, []]);
  });

  test("[CP-PRT-3] what somebody changes is put right; what they add beside it stays", async () => {
    const world = await withTwoSteps();
    const path = `${MESSAGING}/subscriptions/s-kn-sequence-0`;
    await world.request("PATCH", path, {
      metadata: {
        annotations: { mine: "x", "sluice.dev/rate-limit": "1/s" },
        labels: { mine: "y" },
      },
      spec: { subscriber: url("elsewhere"), reply: null },
    });
    await world.settle();
    expect(world.routes(first)).toEqual([`s-kn-sequence-0: http://sink.test/a > ${second}`]);
    expect((await world.get("Subscription", "s-kn-sequence-0")).metadata).toMatchObject({
      annotations: { mine: "x" },
      labels: { mine: "y" },
    });
    expect(world.configured.get(first)?.subscriptions[0]?.ratePerSecond).toBeUndefined();
  });

  test("[CP-PRT-4] one that somebody deletes comes back as the same channel, which keeps what it holds", async () => {
    const world = await withTwoSteps();
    const { uid } = (await world.get("InMemoryChannel", "s-kn-sequence-1")).metadata;
    await world.delete("InMemoryChannel", "s-kn-sequence-1");
    expect([(await world.get("InMemoryChannel", "s-kn-sequence-1")).metadata.uid, world.calls]).toEqual([uid, []]);
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test("[CP-PRT-5] they go with their owner, in the foreground too", async () => {
    for (const propagationPolicy of ["Background", "Foreground"]) {
      const world = await withTwoSteps();
      await world.request("DELETE", `${FLOWS}/sequences/s`, { propagationPolicy });
      await world.settle();
      const left = [
        await world.names("Sequence"),
        await world.names("InMemoryChannel"),
        await world.names("Subscription"),
      ];
      expect([left, [...world.configured.keys()]]).toEqual([[[], [], []], []]);
    }
  });

  test("[CP-PRT-6] they go with their namespace", async () => {
    const world = new FlowWorld();
    await world.request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } });
    const manifest = { apiVersion: "flows.knative.dev/v1", kind: "Sequence", metadata: { name: "s" }, spec: twoSteps };
    await world.request("POST", "/apis/flows.knative.dev/v1/namespaces/n/sequences", manifest);
    await world.settle();
    expect([...world.configured.keys()].sort()).toEqual(["n/inmemorychannel/s-kn-sequence-1", "n/sequence/s"]);
    await world.request("DELETE", "/api/v1/namespaces/n");
    await world.settle();
    expect([[...world.configured.keys()], (await world.request("GET", "/api/v1/namespaces/n")).code]).toEqual([
      [],
      404,
    ]);
  });
});

const paths = [`${MESSAGING}/inmemorychannels/s-kn-sequence-0`, `${MESSAGING}/subscriptions/s-kn-sequence-0`];
const disowned = { metadata: { ownerReferences: null } };

describe("[CP-OWN] parts that lose their owner", () => {
  test.each(paths)(
    "[CP-OWN-1] a reference that somebody takes away is put back, and no channel notices: %s",
    async (path) => {
      const world = await withTwoSteps();
      const before = (await world.request("GET", path)).body.metadata.ownerReferences;
      await world.request("PATCH", path, disowned);
      await world.settle();
      expect((await world.request("GET", path)).body.metadata.ownerReferences).toEqual(before);
      expect([world.calls, await world.ready("Sequence", "s")]).toEqual([[], "True"]);
    },
  );

  test.each<[string, object | undefined]>([
    ["PATCH", disowned],
    ["DELETE", undefined],
  ])("[CP-OWN-2] neither when that happens while channels are called: %s", async (method, body) => {
    const world = await withTwoSteps();
    await world.create("Channel", "other");
    world.meanwhile = () => world.request(method, paths[0] ?? "", body);
    await world.settle();
    expect(world.calls.filter((call) => call.startsWith("remove"))).toEqual([]);
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test("[CP-OWN-3] what an owner orphans stays where it is, with what it holds", async () => {
    const world = await withTwoSteps();
    const before = new Map(world.configured);
    await world.request("DELETE", `${FLOWS}/sequences/s?propagationPolicy=Orphan`);
    await world.settle();
    await world.pass(200_000);
    world.restart();
    await world.settle();
    expect([await world.names("Sequence"), await world.names("Subscription"), world.configured]).toEqual([
      [],
      parts,
      before,
    ]);
    expect((await world.get("InMemoryChannel", "s-kn-sequence-0")).status).toMatchObject({
      address: { url: "http://sluice.test/default/sequences/s" },
    });
    await world.request("GET", "/apis/sluice.dev/v1alpha1/namespaces/default/inmemorychannels/s-kn-sequence-0/stats");
    expect(world.operations).toEqual([{ verb: "stats", channel: first }]);
    await world.create("Sequence", "s", twoSteps);
    await world.settle();
    expect([await world.ready("Sequence", "s"), world.configured]).toEqual(["False NotOwned", before]);
    await world.delete("InMemoryChannel", "s-kn-sequence-0");
    const { uid } = (await world.get("InMemoryChannel", "s-kn-sequence-0")).metadata;
    expect(world.configured.get(first)?.uid).toBe(uid);
  });

  test("[CP-OWN-4] what a Channel orphans keeps the Channel's Subscriptions", async () => {
    const world = new FlowWorld();
    await world.create("Channel", "c", { delivery: { retry: 7 } });
    await world.create("Subscription", "s", { channel: channelRef("Channel", "c"), subscriber: url("a") });
    await world.settle();
    const before = new Map(world.configured);
    await world.request("DELETE", `${MESSAGING}/channels/c?propagationPolicy=Orphan`);
    await world.settle();
    expect([world.configured, await world.ready("Subscription", "s")]).toEqual([before, "True"]);
    await world.delete("InMemoryChannel", "c");
    expect([...world.configured.keys()]).toEqual([]);
  });

  test("[CP-OWN-5] an InMemoryChannel that only has the name of a part is at its own place", async () => {
    const world = new FlowWorld();
    await world.create("InMemoryChannel", "s-kn-sequence-0");
    await world.create("Sequence", "s", oneStep);
    await world.settle();
    expect([await world.ready("Sequence", "s"), [...world.configured.keys()]]).toEqual([
      "False NotOwned",
      ["default/inmemorychannel/s-kn-sequence-0"],
    ]);
  });

  test("[CP-OWN-7] a step that goes takes its Subscription off a channel that is somebody else's", async () => {
    const world = new FlowWorld();
    await world.create("InMemoryChannel", "s-kn-sequence-1", {});
    await world.create("Sequence", "s", twoSteps);
    await world.settle();
    const before = await world.names("Subscription");
    await world.patch("Sequence", "s", oneStep);
    await world.settle();
    expect([before, await world.names("Subscription")]).toEqual([parts, ["s-kn-sequence-0"]]);
    expect(await world.names("InMemoryChannel")).toEqual(parts);
  });

  test("[CP-OWN-6] a channel that drains keeps what it holds when somebody takes its reference away", async () => {
    const world = await shortened();
    const routes = world.routes(second);
    await world.request("PATCH", `${MESSAGING}/inmemorychannels/s-kn-sequence-1`, disowned);
    await world.settle();
    expect([routes?.length, world.routes(second)]).toEqual([1, routes]);
  });
});

describe("[CP-DRN] channels that are wanted no more", () => {
  test("[CP-DRN-1] such a channel delivers what it holds, with what it had, and says that it drains", async () => {
    const world = await shortened();
    expect([world.routes(first), world.routes(second)]).toEqual([
      ["s-kn-sequence-0: http://sink.test/a > http://sink.test/end"],
      ["s-kn-sequence-1: http://sink.test/b > http://sink.test/end"],
    ]);
    expect([first, second].map((name) => world.configured.get(name)?.draining)).toEqual([undefined, true]);
    expect(conditions(await world.get("InMemoryChannel", "s-kn-sequence-1"))).toMatchObject({
      Draining: "True NotWanted",
      Ready: "True",
    });
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test("[CP-DRN-2] it is asked only when what was under way must have come, then less and less often", async () => {
    const world = await shortened();
    const changedAtMs = world.nowMs;
    const askedAtMs: number[] = [];
    while (askedAtMs.length < 4) {
      world.calls.length = 0;
      await world.pass(1_000);
      if (world.calls.some((call) => call.startsWith(`retire ${second}`))) askedAtMs.push(world.nowMs - changedAtMs);
    }
    // Twice the timeout of 30 s and a margin of one, and then pauses of 1, 2 and 4 s.
    expect(askedAtMs).toEqual([61_000, 62_000, 64_000, 68_000].map((ms) => expect.closeTo(ms, -3.5)));
  });

  test("[CP-DRN-3] once it is empty it goes, and so do its objects", async () => {
    const world = await shortened();
    world.retirement = { kind: "retired" };
    await world.pass(70_000);
    expect([...world.configured.keys()]).toEqual([first]);
    expect([await world.names("InMemoryChannel"), await world.names("Subscription")]).toEqual([
      ["s-kn-sequence-0"],
      ["s-kn-sequence-0"],
    ]);
    // Nobody asks it any more.
    world.calls.length = 0;
    await world.pass(200_000);
    expect(world.calls.filter((call) => !call.startsWith("poke"))).toEqual([]);
  });

  test("[CP-DRN-4] wanted again while it drains, it takes events again and keeps what it holds", async () => {
    const world = await shortened();
    const { uid } = (await world.get("InMemoryChannel", "s-kn-sequence-1")).metadata;
    await world.patch("Sequence", "s", twoSteps);
    expect(world.configured.get(second)).toMatchObject({ uid });
    expect([world.configured.get(second)?.draining, world.routes(first)]).toEqual([
      undefined,
      [`s-kn-sequence-0: http://sink.test/a > ${second}`],
    ]);
    await world.pass(200_000);
    expect(world.calls.filter((call) => call.startsWith("retire"))).toEqual([]);
  });

  test("[CP-DRN-5] it is not asked while a channel that fed it may not know of the change", async () => {
    const world = await withTwoSteps();
    world.failure = "no route";
    await world.patch("Sequence", "s", oneStep);
    await world.pass(200_000);
    expect(world.calls.filter((call) => call.startsWith("retire"))).toEqual([]);
    world.failure = undefined;
    await world.pass(200_000);
    expect(world.calls.filter((call) => call.startsWith("retire"))).toHaveLength(1);
  });

  test("[CP-DRN-6] after a crash it is drained all the same", async () => {
    const world = await shortened();
    world.restart();
    world.retirement = { kind: "retired" };
    await world.pass(500_000);
    expect([...world.configured.keys()]).toEqual([first]);
  });

  test("[CP-DRN-8] while another channel cannot be reached it waits, and nobody is kept busy by it", async () => {
    const world = await shortened();
    world.retirement = { kind: "retired" };
    world.failure = "no route";
    await world.create("Channel", "other");
    const before = world.lines.length;
    await world.pass(200_000);
    // Only the pushes that failed, with their growing pauses.
    expect(world.lines.length - before).toBeLessThan(20);
    expect(world.calls.filter((call) => call.startsWith("retire"))).toEqual([]);
    world.failure = undefined;
    await world.pass(200_000);
    expect([...world.configured.keys()].sort()).toEqual(["default/channel/other", first]);
  });

  test("[CP-DRN-7] when its Sequence is deleted it goes at once", async () => {
    const world = await shortened();
    await world.delete("Sequence", "s");
    expect([[...world.configured.keys()], await world.names("InMemoryChannel")]).toEqual([[], []]);
  });
});
