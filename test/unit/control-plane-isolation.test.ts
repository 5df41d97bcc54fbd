/** What is wrong in one namespace, or with one part, is said there, and holds up nobody else. */
import { describe, expect, test } from "vitest";
import { MOST_STORED } from "../../src/control-plane/writes/storage-quota.ts";
import { FLOWS, FlowWorld, MESSAGING, url } from "./control-plane-flow-world.ts";
import { BROKERS, broker, type Condition, conditions } from "./control-plane-world.ts";

const TEAM_BROKERS = "/apis/eventing.knative.dev/v1/namespaces/team/brokers";
const SECOND = "s-kn-sequence-1";
const oneStep = { steps: [url("a")] };
const twoSteps = { steps: [url("a"), url("b")] };

async function withTeam(): Promise<FlowWorld> {
  const world = new FlowWorld();
  const metadata = { name: "team" };
  await world.request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
  return world;
}

/** Whether a Broker of another namespace comes to work now. */
async function isTeamServed(world: FlowWorld): Promise<boolean> {
  await world.request("POST", TEAM_BROKERS, broker("b"));
  await world.settle();
  return conditions((await world.request("GET", `${TEAM_BROKERS}/b`)).body).Ready === "True";
}

async function conditionOf(world: FlowWorld, sequence: string, type: string): Promise<Condition | undefined> {
  const { status } = await world.get("Sequence", sequence);
  return status.conditions.find((each) => each.type === type);
}

function errorsIn(world: FlowWorld): readonly string[] {
  return world.lines.filter((line) => line.includes("control-plane.error"));
}

describe("[CP-ISO] parts that may not be written", () => {
  test("[CP-ISO-1] a correction that would be too large is told by the owner, and the others go on", async () => {
    const world = await withTeam();
    await world.create("Sequence", "s", twoSteps, { annotations: { "sluice.dev/retention": "P3D" } });
    await world.settle();
    const path = `${MESSAGING}/inmemorychannels/${SECOND}`;
    const { metadata } = (await world.request("GET", path)).body;
    const others = { ...metadata.annotations, "sluice.dev/retention": "" };
    const filler = "f".repeat(256 * 1024 - Object.entries(others).flat().join("").length - "filler".length);
    const annotations = { "sluice.dev/retention": null, filler };
    expect((await world.request("PATCH", path, { metadata: { annotations } })).code).toBe(200);
    expect(await isTeamServed(world)).toBe(true);
    expect(await conditionOf(world, "s", "ChannelsReady")).toMatchObject({
      status: "False",
      reason: "NotWritten",
      message: expect.stringMatching(
        /^inmemorychannels\.messaging\.knative\.dev "s-kn-sequence-1" cannot be written: /,
      ),
    });
    expect(errorsIn(world)).toEqual([]);
    await world.request("PATCH", path, { metadata: { annotations: { filler: null } } });
    await world.settle();
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test("[CP-ISO-2] so is one that the rules of its kind forbid", async () => {
    const world = await withTeam();
    const { metadata } = await world.create("Sequence", "s", oneStep);
    const owner = { apiVersion: "flows.knative.dev/v1", kind: "Sequence", name: "s", uid: metadata.uid };
    const spec = { subscribers: [{ uid: "mine", subscriberUri: "http://sink.test/mine" }] };
    await world.create("InMemoryChannel", SECOND, spec, { ownerReferences: [{ ...owner, controller: true }] });
    await world.request("PATCH", `${FLOWS}/sequences/s`, { spec: twoSteps });
    expect(await isTeamServed(world)).toBe(true);
    expect(await conditionOf(world, "s", "ChannelsReady")).toMatchObject({
      status: "False",
      reason: "NotWritten",
      message: `inmemorychannels.messaging.knative.dev "${SECOND}" cannot be written: validation failed: Channel.Spec.Subscribers changed by a user: a Subscription is the way to subscribe: spec.subscribers`,
    });
    await world.delete("InMemoryChannel", SECOND);
    expect(await world.ready("Sequence", "s")).toBe("True");
  });

  test("[CP-ISO-3] parts count in the quota, and are written once there is room for them", async () => {
    const world = await withTeam();
    const configMaps = "/api/v1/namespaces/team/configmaps";
    for (let index = 0; index < 49; index++) {
      const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `m${index}` }, data: { text: HALF } };
      expect((await world.request("POST", configMaps, manifest)).code).toBe(201);
    }
    // Room for the Sequence itself and one of its channels.
    const delivery = { deadLetterSink: { ...url("dead"), CACerts: HALF.slice(0, HALF.length / 2) } };
    const channelTemplate = { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel", spec: { delivery } };
    await world.create("Sequence", "s", { ...twoSteps, channelTemplate });
    expect(await isTeamServed(world)).toBe(true);
    expect(await conditionOf(world, "s", "ChannelsReady")).toMatchObject({
      status: "False",
      reason: "NotWritten",
      message: expect.stringMatching(/"s-kn-sequence-1" is forbidden: exceeded quota: /),
    });
    expect(sizeOf(world)).toBeLessThan(MOST_STORED);
    await world.request("DELETE", `${configMaps}/m0`);
    await world.pass(10_000);
    expect(await world.ready("Sequence", "s")).toBe("True");
  }, 60_000);
});

/** Half a million characters, a little under the most that an object may have: 50 of them fit into the quota. */
const HALF = "x".repeat(500_000);

function sizeOf(world: FlowWorld): number {
  return Number(world.database.prepare("SELECT SUM(LENGTH(body)) AS size FROM object").get()?.size);
}

/** Between that many errors that follow. */
async function pausesOf(world: FlowWorld, count: number): Promise<readonly number[]> {
  const pauses: number[] = [];
  let latestMs = world.nowMs;
  while (pauses.length < count) {
    world.lines.length = 0;
    world.nowMs = world.alarmAtMs ?? 0;
    await world.engine.alarm();
    if (errorsIn(world).length === 0) continue;
    pauses.push(world.nowMs - latestMs);
    latestMs = world.nowMs;
  }
  return pauses;
}

describe("[CP-ISO] namespaces in which something fails", () => {
  test("[CP-ISO-4] it is logged with its name and tried again, less and less often; the others go on", async () => {
    const world = await withTeam();
    await world.request("POST", BROKERS, broker("b"));
    world.database.exec(`CREATE TRIGGER trouble BEFORE UPDATE ON object WHEN NEW.namespace = 'default'
      BEGIN SELECT RAISE(ABORT, 'disk trouble'); END`);
    expect(await isTeamServed(world)).toBe(true);
    const line = JSON.stringify({ event: "control-plane.error", namespace: "default", error: "disk trouble" });
    expect(new Set(errorsIn(world))).toEqual(new Set([line]));
    expect(await pausesOf(world, 9)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1000));
    world.database.exec("DROP TRIGGER trouble");
    await world.pass(300_000);
    expect(conditions((await world.request("GET", `${BROKERS}/b`)).body).Ready).toBe("True");
    world.lines.length = 0;
    await world.pass(1_000_000);
    expect(errorsIn(world)).toEqual([]);
  });

  test("[CP-ISO-8] nobody knows which channels it wants, so none of it is removed meanwhile", async () => {
    const world = await withTeam();
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    world.failure = "no route";
    await world.request("DELETE", `${BROKERS}/b`);
    await world.settle();
    world.failure = undefined;
    await world.create("Sequence", "s", oneStep);
    world.database.exec(`CREATE TRIGGER trouble BEFORE INSERT ON object WHEN NEW.namespace = 'default'
      BEGIN SELECT RAISE(ABORT, 'disk trouble'); END`);
    world.nowMs += 60_000;
    world.calls.length = 0;
    await world.settle();
    // Some of these passes come when its own next try is not due yet.
    for (let passes = 0; passes < 10; passes++) {
      world.nowMs += 5_000;
      await world.request("POST", TEAM_BROKERS, broker(`b${passes}`));
      await world.engine.alarm();
    }
    expect([callsIn(world, "configure"), callsIn(world, "remove")]).toEqual([[], []]);
    expect(world.configured.size).toBe(11);
    world.database.exec("DROP TRIGGER trouble");
    await world.pass(400_000);
    expect(world.configured.has("default/broker/b")).toBe(false);
    expect(world.configured.has("default/sequence/s")).toBe(true);
  });
});

/** Calls of one kind to channels of the namespace that hangs, which begin with `default/`. */
function callsIn(world: FlowWorld, verb: string): readonly string[] {
  return world.calls.filter((call) => call.startsWith(`${verb} default/`));
}

describe("[CP-ISO] channels that hang", () => {
  test("[CP-ISO-5] one pass waits for few of a namespace; those it left come next, before those that hang", async () => {
    const world = await withTeam();
    world.hanging = "default";
    for (let index = 0; index < 20; index++) await world.request("POST", BROKERS, broker(`b${index}`));
    await world.request("POST", TEAM_BROKERS, broker("b"));
    await world.engine.alarm();
    expect(callsIn(world, "configure")).toHaveLength(6);
    expect(conditions((await world.request("GET", `${TEAM_BROKERS}/b`)).body).Ready).toBe("True");
    for (let passes = 0; passes < 3; passes++) await world.engine.alarm();
    expect(new Set(callsIn(world, "configure")).size).toBe(20);
    world.hanging = undefined;
    await world.pass(100_000);
    expect(world.configured.size).toBe(21);
  });

  test("[CP-ISO-6] so it is with channels that are to be retired", async () => {
    const world = await withTeam();
    await world.create("Sequence", "s", { steps: Array.from({ length: 10 }, (_, index) => url(`${index}`)) });
    await world.settle();
    await world.patch("Sequence", "s", oneStep);
    world.hanging = "default";
    world.nowMs += 61_000;
    for (let passes = 1; passes <= 9; passes++) {
      await world.engine.alarm();
      expect(new Set(callsIn(world, "retire")).size).toBe(passes);
      expect(callsIn(world, "retire")).toHaveLength(passes);
    }
    world.hanging = undefined;
    await world.pass(200_000);
    expect([...world.configured.keys()]).toEqual(["default/sequence/s"]);
  });

  test("[CP-ISO-7] and with channels that are poked", async () => {
    const world = await withTeam();
    for (let index = 0; index < 20; index++) await world.request("POST", BROKERS, broker(`b${index}`));
    await world.request("POST", TEAM_BROKERS, broker("b"));
    await world.settle();
    world.calls.length = 0;
    world.hanging = "default";
    await world.engine.poke();
    expect([callsIn(world, "poke").length, world.calls.includes("poke team/broker/b")]).toEqual([6, true]);
    for (let times = 0; times < 3; times++) await world.engine.poke();
    expect(new Set(callsIn(world, "poke")).size).toBe(20);
  });
});
