import { describe, expect, test } from "vitest";
import { BROKERS, broker, TRIGGERS, trigger, World } from "./control-plane-world.ts";

const EVENTS = "/api/v1/namespaces/default/events";
const HOUR_MS = 3_600_000;

interface CoreEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

async function events(world: World, query = ""): Promise<readonly CoreEvent[]> {
  const response = await world.engine.api.request(`http://sluice.test${EVENTS}${query}`, {
    headers: { authorization: "Bearer t" },
  });
  const list: { readonly items: readonly CoreEvent[] } = JSON.parse(await response.text());
  return list.items;
}

/** `Broker b: Normal Ready x1` */
async function shown(world: World, query = ""): Promise<readonly string[]> {
  const all = await events(world, query);
  return all.map(({ involvedObject: { kind, name }, type, reason, count }) => {
    return `${kind} ${name}: ${type} ${reason} x${count}`;
  });
}

async function ready(): Promise<World> {
  const world = new World();
  await world.request("POST", BROKERS, broker("b"));
  await world.request("POST", TRIGGERS, trigger("t"));
  await world.settle();
  return world;
}

describe("[CP-EVENT] what controllers tell", () => {
  test("[CP-EVENT-1] that something is ready, as a whole core Event", async () => {
    const world = await ready();
    const { metadata } = (await world.request("GET", `${BROKERS}/b`)).body;
    const [event] = await events(world, "?fieldSelector=involvedObject.kind%3DBroker");
    const time = expect.stringMatching(/^2026-01-02T03:04:0\dZ$/);
    expect(event).toEqual({
      apiVersion: "v1",
      kind: "Event",
      metadata: {
        name: expect.stringMatching(/^b\.[0-9a-f]{16}$/),
        namespace: "default",
        uid: expect.any(String),
        creationTimestamp: time,
        resourceVersion: expect.any(String),
      },
      involvedObject: {
        apiVersion: "eventing.knative.dev/v1",
        kind: "Broker",
        namespace: "default",
        name: "b",
        uid: metadata.uid,
      },
      type: "Normal",
      reason: "Ready",
      message: "Broker is ready",
      source: { component: "sluice-controller" },
      reportingComponent: "sluice-controller",
      reportingInstance: "",
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    });
  });

  test("[CP-EVENT-2] that it no longer is, with the condition's reason; the same again counts up", async () => {
    const world = await ready();
    const { body } = await world.request("GET", `${BROKERS}/b`);
    await world.request("DELETE", `${BROKERS}/b`);
    await world.settle();
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    await world.request("DELETE", `${BROKERS}/b`);
    await world.settle();
    expect(await shown(world, "?fieldSelector=involvedObject.name%3Dt")).toEqual(
      expect.arrayContaining(["Trigger t: Normal Ready x2", "Trigger t: Warning BrokerDoesNotExist x2"]),
    );
    // Another object of the same name has Events of its own.
    const brokers = await shown(world, "?fieldSelector=involvedObject.name%3Db");
    expect([brokers, body.metadata.uid]).toEqual([
      ["Broker b: Normal Ready x1", "Broker b: Normal Ready x1"],
      expect.any(String),
    ]);
  });

  test("[CP-EVENT-3] that a channel cannot be reached, once for all its Triggers, and how often", async () => {
    const world = new World();
    world.failure = "no route";
    await world.request("POST", BROKERS, broker("b"));
    for (const name of ["t1", "t2"]) await world.request("POST", TRIGGERS, trigger(name));
    await world.settle();
    const [event, ...others] = await events(world);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      involvedObject: { kind: "Broker", name: "b" },
      type: "Warning",
      reason: "ChannelUnreachable",
      message: "The channel could not be configured, trying again: no route",
      count: 3,
    });
    expect(Date.parse(event?.lastTimestamp ?? "")).toBeGreaterThan(Date.parse(event?.firstTimestamp ?? ""));
  });

  test("[CP-EVENT-4] a pass that changes nothing tells nothing", async () => {
    const world = await ready();
    const before = await events(world);
    await world.engine.alarm();
    world.restart();
    await world.engine.alarm();
    expect(await events(world)).toEqual(before);
  });

  test("[CP-EVENT-5] nothing is told in a namespace that is going", async () => {
    const world = new World();
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
    await world.request("POST", "/api/v1/namespaces", namespace);
    const brokers = BROKERS.replace("default", "team");
    await world.request("POST", brokers, broker("b", {}, { finalizers: ["example.com/hold"] }));
    await world.request("DELETE", "/api/v1/namespaces/team");
    await world.settle();
    expect((await world.request("GET", EVENTS.replace("default", "team"))).body.items).toEqual([]);
    expect((await world.request("GET", `${brokers}/b`)).body.status.conditions).not.toEqual([]);
  });

  test("[CP-EVENT-9] a message has 1,024 characters, none of them cut through, and says that there was more", async () => {
    for (const before of ["", "x"]) {
      const world = new World();
      world.failure = before + "😀".repeat(600);
      await world.request("POST", BROKERS, broker("b"));
      await world.settle();
      const [event] = await events(world);
      const whole = `The channel could not be configured, trying again: ${world.failure}`;
      const cut = "… (cut off here)";
      const kept = event?.message.slice(0, -cut.length) ?? "";
      expect([whole.startsWith(kept), kept.isWellFormed(), event?.message.slice(kept.length)]).toEqual([
        true,
        true,
        cut,
      ]);
      expect([1023, 1024]).toContain(event?.message.length);
    }
  });
});

describe("[CP-EVENT] how long Events are kept", () => {
  test("[CP-EVENT-6] for an hour after they happened last, then nothing is left to wake up for", async () => {
    const world = await ready();
    await world.request("DELETE", `${BROKERS}/b`);
    await world.settle();
    const warned = world.nowMs;
    world.nowMs += HOUR_MS / 2;
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    expect(await shown(world)).toHaveLength(4);
    world.nowMs = warned + HOUR_MS + 1000;
    await world.engine.alarm();
    expect((await shown(world)).toSorted()).toEqual(["Broker b: Normal Ready x1", "Trigger t: Normal Ready x2"]);
    await world.request("DELETE", `${BROKERS}/b`);
    await world.request("DELETE", TRIGGERS);
    world.nowMs += 2 * HOUR_MS;
    await world.settle();
    expect([await shown(world), world.alarmAtMs]).toEqual([[], undefined]);
  });

  test("[CP-EVENT-7] the alarm comes for them although there is no channel", async () => {
    const world = new World();
    await world.request("POST", TRIGGERS, trigger("t"));
    await world.settle();
    expect(await shown(world)).toEqual(["Trigger t: Warning BrokerDoesNotExist x1"]);
    expect(world.alarmAtMs).toBe(world.nowMs - (world.nowMs % 1000) + HOUR_MS);
    world.nowMs = world.alarmAtMs ?? 0;
    await world.engine.alarm();
    expect([await shown(world), world.alarmAtMs]).toEqual([[], undefined]);
  });

  test("[CP-EVENT-8] there are a thousand in a namespace at most, the newest", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    for (let number = 0; number < 1200; number++) await world.request("POST", TRIGGERS, trigger(`t${number}`));
    await world.settle();
    const left = await shown(world);
    expect(left).toHaveLength(1000);
    expect(left).not.toContain("Broker b: Normal Ready x1");
  });
});
