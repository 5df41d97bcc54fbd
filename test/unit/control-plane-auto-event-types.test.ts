import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SeenType } from "../../src/core/seen-types.ts";
import { BROKERS, broker, World } from "./control-plane-world.ts";

const EVENT_TYPES = "/apis/eventing.knative.dev/v1beta3/namespaces/default/eventtypes";
const CONFIG_MAPS = "/api/v1/namespaces/knative-eventing/configmaps";
const SEEN = { type: "dev.order", source: "/shop" };

/** Where the flag is on. */
async function enabledWorld(): Promise<World> {
  const world = new World();
  await setFlag(world, "enabled");
  return world;
}

async function setFlag(world: World, value: string): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "knative-eventing" } };
  await world.request("POST", "/api/v1/namespaces", namespace);
  const metadata = { name: "config-features" };
  const data = { "eventtype-auto-create": value };
  await world.request("POST", CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
  await world.settle();
}

function came(world: World, types: readonly SeenType[], next = "0-2", tooLong = 0): void {
  world.operatorAnswer = { kind: "seen-types", seen: { types, tooLong, next, more: false } };
}

async function withBroker(world: World, name = "b"): Promise<void> {
  await world.request("POST", BROKERS, broker(name));
  await world.settle();
}

/** Lets the alarms of this time go off. */
async function advance(world: World, ms: number): Promise<void> {
  const endMs = world.nowMs + ms;
  while (world.alarmAtMs !== undefined && world.alarmAtMs <= endMs) {
    world.nowMs = Math.max(world.nowMs, world.alarmAtMs);
    world.alarmAtMs = undefined;
    await world.engine.alarm();
  }
  world.nowMs = endMs;
}

async function names(world: World): Promise<readonly string[]> {
  const { items } = (await world.request("GET", EVENT_TYPES)).body as unknown as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  return items.map(({ metadata }) => metadata.name);
}

function nameOf(owner: string, { type, source }: SeenType): string {
  return `et-${owner}-${createHash("md5").update(`${type}${source}default${owner}`).digest("hex")}`;
}

/** What channels were asked, without what else is asked of them. */
function asked(world: World): readonly { readonly channel: string }[] {
  return world.operations.filter(({ verb }) => verb === "seen-types");
}

function numbered(count: number): readonly SeenType[] {
  return Array.from({ length: count }, (_, index) => ({ type: `t${index}`, source: "/s" }));
}

async function reasonsWhyNot(world: World): Promise<readonly string[]> {
  const { items } = (await world.request("GET", "/api/v1/namespaces/default/events")).body as unknown as {
    readonly items: readonly { readonly reason: string; readonly message: string }[];
  };
  return items.filter(({ reason }) => reason === "EventTypesNotCreated").map(({ message }) => message);
}

describe("[AET] EventTypes that appear by themselves", () => {
  test("[AET-1] none does, and no channel is asked, unless the flag is enabled", async () => {
    const world = new World();
    await setFlag(world, "disabled");
    came(world, [SEEN]);
    await withBroker(world);
    await advance(world, 60_000);
    expect([await names(world), asked(world)]).toEqual([[], []]);
  });

  test("[AET-2] one for each type and source, as Knative makes it", async () => {
    const world = await enabledWorld();
    came(world, [
      { ...SEEN, dataschema: "https://schemas.test/order" },
      { ...SEEN, source: "/other" },
    ]);
    await withBroker(world);
    const name = nameOf("b", SEEN);
    expect((await names(world)).toSorted()).toEqual([name, nameOf("b", { ...SEEN, source: "/other" })].toSorted());
    const { body } = await world.request("GET", `${EVENT_TYPES}/${name}`);
    const { uid } = (await world.request("GET", `${BROKERS}/b`)).body.metadata;
    const reference = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" };
    expect(body).toMatchObject({
      apiVersion: "eventing.knative.dev/v1beta3",
      metadata: { ownerReferences: [{ ...reference, uid }], generation: 1 },
      status: {
        conditions: [
          { type: "Ready", status: "True" },
          { type: "ReferenceExists", status: "True" },
        ],
      },
    });
    expect(body.spec).toEqual({
      reference: { ...reference, namespace: "default" },
      description: "Event Type auto-created by controller",
      attributes: [
        { name: "type", required: true, value: "dev.order" },
        { name: "source", required: true, value: "/shop" },
        { name: "schemadata", required: true, value: "https://schemas.test/order" },
        { name: "specversion", required: true, value: "1.0" },
        { name: "id", required: false },
      ],
    });
  });

  test("[AET-3] they are those of the channel behind a Channel, and go with it", async () => {
    const world = await enabledWorld();
    came(world, [SEEN]);
    const channel = { apiVersion: "messaging.knative.dev/v1", kind: "Channel", metadata: { name: "c" } };
    await world.request("POST", "/apis/messaging.knative.dev/v1/namespaces/default/channels", channel);
    await world.settle();
    const { body } = await world.request("GET", `${EVENT_TYPES}/${nameOf("c", SEEN)}`);
    expect(body.spec).toMatchObject({ reference: { kind: "InMemoryChannel", name: "c" } });
    await world.request("DELETE", "/apis/messaging.knative.dev/v1/namespaces/default/channels/c");
    await world.settle();
    expect(await names(world)).toEqual([]);
  });

  test("[AET-4] a channel is asked from where it was read to, after a restart too, and the less often the longer nothing new came", async () => {
    const world = await enabledWorld();
    came(world, [SEEN]);
    await withBroker(world);
    const first = { verb: "seen-types", channel: "default/broker/b" };
    const onwards = { ...first, from: "0-2" };
    expect(asked(world)[0]).toEqual(first);
    const counts: number[] = [];
    for (let halfMinutes = 0; halfMinutes < 6; halfMinutes++) {
      world.operations.length = 0;
      await advance(world, 30_000);
      counts.push(asked(world).length);
      expect(asked(world)).toEqual(Array(asked(world).length).fill(onwards));
    }
    expect([counts[0], counts.slice(1)]).toEqual([4, [1, 1, 1, 1, 1]]);
    world.restart();
    world.operations.length = 0;
    await advance(world, 30_000);
    expect(asked(world)[0]).toEqual(onwards);
  });

  test("[AET-5] one that somebody deletes comes back with the next event, and what somebody wrote stays", async () => {
    const world = await enabledWorld();
    came(world, [SEEN]);
    await withBroker(world);
    const path = `${EVENT_TYPES}/${nameOf("b", SEEN)}`;
    await world.request("PATCH", path, { spec: { description: "An order" } });
    came(world, [SEEN], "0-3");
    await advance(world, 60_000);
    expect((await world.request("GET", path)).body.spec).toMatchObject({ description: "An order" });
    await world.request("DELETE", path);
    await advance(world, 60_000);
    expect(await names(world)).toEqual([]);
    came(world, [SEEN], "0-4");
    await advance(world, 60_000);
    expect(await names(world)).toEqual([nameOf("b", SEEN)]);
  });

  test("[AET-6] a Broker has at most 500 of them, and an Event says so", async () => {
    const world = await enabledWorld();
    came(world, numbered(502));
    await withBroker(world);
    expect([(await names(world)).length, await reasonsWhyNot(world)]).toEqual([
      500,
      ["EventTypes of some events that came are not created: one Broker or channel has at most 500 of them"],
    ]);
  });

  test("[AET-10] all have at most 2,000 together", { timeout: 30_000 }, async () => {
    const world = await enabledWorld();
    came(world, numbered(500));
    for (const name of ["b", "c", "d", "e"]) await withBroker(world, name);
    came(world, [SEEN]);
    await withBroker(world, "f");
    expect([(await names(world)).length, await reasonsWhyNot(world)]).toEqual([
      2_000,
      ["EventTypes of some events that came are not created: there are 2000 EventTypes already"],
    ]);
  });

  test("[AET-11] events with attributes too long for one have none, and an Event says so", async () => {
    const world = await enabledWorld();
    came(world, [SEEN], "0-2", 3);
    await withBroker(world);
    expect([await names(world), await reasonsWhyNot(world)]).toEqual([
      [nameOf("b", SEEN)],
      ["EventTypes of some events that came are not created: their type, source and dataschema are too long"],
    ]);
  });

  test("[AET-12] two that Knative gives one name are one", async () => {
    const world = await enabledWorld();
    came(world, [
      { type: "a", source: "b/c" },
      { type: "ab", source: "/c" },
    ]);
    await withBroker(world);
    expect(await names(world)).toEqual([nameOf("b", { type: "ab", source: "/c" })]);
    expect(world.lines.filter((line) => line.includes("control-plane.error"))).toEqual([]);
  });

  test("[AET-13] channels that hang take neither the turn of those behind them nor that of other namespaces", async () => {
    const world = await enabledWorld();
    for (let index = 0; index < 20; index++) await world.request("POST", BROKERS, broker(`b${index}`));
    await world.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team" },
    });
    await world.request("POST", BROKERS.replace("default", "team"), broker("b"));
    await world.settle();
    world.hanging = "default";
    world.operations.length = 0;
    world.nowMs += 60_000;
    for (let passes = 0; passes < 4; passes++) await world.engine.alarm();
    const channels = asked(world).map(({ channel }) => channel);
    expect(channels.indexOf("team/broker/b")).toBeLessThan(6);
    expect(new Set(channels).size).toBe(21);
  });

  test("[AET-8] a channel that cannot be reached is asked again, and the less often the longer it is not", async () => {
    const world = await enabledWorld();
    await withBroker(world);
    world.failure = "no answer";
    came(world, [SEEN]);
    const counts: number[] = [];
    for (let spans = 0; spans < 4; spans++) {
      world.operations.length = 0;
      await advance(world, 300_000);
      counts.push(asked(world).length);
    }
    expect(counts).toEqual([7, 1, 1, 1]);
    expect(await names(world)).toEqual([]);
    world.failure = undefined;
    await advance(world, 300_000);
    expect(await names(world)).toEqual([nameOf("b", SEEN)]);
  });

  test("[AET-14] what there is no room for, or no owner any more, is not read on for at once", async () => {
    const world = await enabledWorld();
    const metadata = { finalizers: ["test/waits"] };
    await world.request("POST", BROKERS, broker("b", {}, metadata));
    await world.settle();
    await world.request("DELETE", `${BROKERS}/b`);
    world.operatorAnswer = { kind: "seen-types", seen: { types: [SEEN], tooLong: 0, next: "0-2", more: true } };
    world.operations.length = 0;
    await advance(world, 120_000);
    expect(asked(world).length).toBeLessThan(10);
    expect(await names(world)).toEqual([]);
  });

  test("[AET-9] the flag holds as soon as it is set, for what had come before it, and no longer than it is", async () => {
    const world = new World();
    came(world, [SEEN]);
    await withBroker(world);
    await setFlag(world, "Enabled");
    expect(await names(world)).toEqual([nameOf("b", SEEN)]);
    await world.request("DELETE", `${CONFIG_MAPS}/config-features`);
    await world.settle();
    world.operations.length = 0;
    await advance(world, 300_000);
    expect([await names(world), asked(world)]).toEqual([[nameOf("b", SEEN)], []]);
  });
});
