import { describe, expect, test } from "vitest";
import { BROKERS, broker, conditions, TRIGGERS, trigger, World } from "./control-plane-world.ts";

const get = async (world: World, path: string) => (await world.request("GET", path)).body;

async function ready(): Promise<World> {
  const world = new World();
  await world.request("POST", BROKERS, broker("b"));
  await world.request("POST", TRIGGERS, trigger("t"));
  await world.settle();
  expect(conditions(await get(world, `${TRIGGERS}/t`)).Ready).toBe("True");
  world.calls.length = 0;
  return world;
}

function rows(world: World): string {
  return JSON.stringify(
    ["object", "change", "channel", "setting"].map((t) => world.database.prepare(`SELECT * FROM ${t}`).all()),
  );
}

describe("[CP-REC] reconciling", () => {
  test("[CP-REC-1] run again, nothing happens; neither after a crash", async () => {
    const world = await ready();
    const before = rows(world);
    await world.engine.alarm();
    world.restart();
    await world.engine.alarm();
    expect(rows(world)).toBe(before);
    expect(world.calls).toEqual(["poke default/broker/b"]);
  });

  test("[CP-REC-2] several writes are one push; Ready only after it", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t"));
    expect([world.calls, (await get(world, `${BROKERS}/b`)).status]).toEqual([[], undefined]);
    await world.settle();
    expect(world.calls).toEqual(["configure default/broker/b", "poke default/broker/b"]);
  });

  test("[CP-REC-3] a write is reconciled although the object crashes at once", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    expect(world.alarmAtMs).toBe(world.nowMs + 20);
    world.restart();
    await world.settle();
    expect(conditions(await get(world, `${BROKERS}/b`)).Ready).toBe("True");
  });

  test("[CP-REC-4] a failed push is retried with growing pauses; what ran before stays Ready", async () => {
    const world = await ready();
    world.failure = "no route";
    await world.request("POST", TRIGGERS, trigger("late"));
    await world.settle();
    const late = await get(world, `${TRIGGERS}/late`);
    expect(conditions(late).Ready).toBe("Unknown ChannelUnreachable");
    expect(JSON.stringify(late.status)).toContain("no route");
    expect(conditions(await get(world, `${TRIGGERS}/t`)).Ready).toBe("True");
    const pauses: number[] = [];
    for (let tries = 0; tries < 7; tries++) {
      const from = world.nowMs;
      world.nowMs = world.alarmAtMs ?? 0;
      pauses.push(world.nowMs - from);
      await world.engine.alarm();
    }
    expect(pauses).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    world.failure = undefined;
    world.nowMs = world.alarmAtMs ?? 0;
    await world.engine.alarm();
    expect(conditions(await get(world, `${TRIGGERS}/late`)).Ready).toBe("True");
  });

  test("[CP-REC-5] a deleted Broker's channel is removed, also when the object crashed meanwhile", async () => {
    const world = await ready();
    const { uid } = (await get(world, `${BROKERS}/b`)).metadata;
    world.failure = "no route";
    await world.request("DELETE", `${BROKERS}/b`);
    await world.settle();
    expect(conditions(await get(world, `${TRIGGERS}/t`)).Ready).toBe("False BrokerDoesNotExist");
    world.failure = undefined;
    world.restart();
    world.nowMs += 60_000;
    await world.engine.alarm();
    expect(world.calls.at(-1)).toBe(`remove default/broker/b ${uid}`);
    expect(world.configured.size).toBe(0);
    world.calls.length = 0;
    world.restart();
    await world.engine.alarm();
    expect(world.calls).toEqual([]);
  });

  test("[CP-REC-6] a Broker that is re-created at once is configured under its new uid, not removed", async () => {
    const world = await ready();
    await world.request("DELETE", `${BROKERS}/b`);
    const { body } = await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    expect(world.calls).toEqual(["configure default/broker/b"]);
    expect(world.configured.get("default/broker/b")?.uid).toBe(body.metadata.uid);
    expect(conditions(await get(world, `${TRIGGERS}/t`)).Ready).toBe("True");
  });

  test("[CP-REC-7] a channel that knows a higher version is caught up with", async () => {
    const world = await ready();
    const known = world.configured.get("default/broker/b");
    if (known === undefined) throw new Error("not configured");
    world.configured.set("default/broker/b", { ...known, version: 500, hash: "newer" });
    await world.request("POST", TRIGGERS, trigger("late"));
    await world.settle();
    expect(world.configured.get("default/broker/b")).toMatchObject({
      version: 501,
      subscriptions: [{ name: "late" }, { name: "t" }],
    });
    expect(conditions(await get(world, `${TRIGGERS}/late`)).Ready).toBe("True");
  });

  test("[CP-REC-8] observedGeneration follows the spec; metadata alone pushes nothing", async () => {
    const world = await ready();
    await world.request("PATCH", `${TRIGGERS}/t`, { metadata: { labels: { a: "b" } } });
    await world.settle();
    expect(world.calls).toEqual([]);
    await world.request("PATCH", `${TRIGGERS}/t`, { spec: { subscriber: { uri: "http://other.test/" } } });
    await world.settle();
    const { status } = await get(world, `${TRIGGERS}/t`);
    expect([status.observedGeneration, status.subscriberUri]).toEqual([2, "http://other.test/"]);
    expect(world.calls).toEqual(["configure default/broker/b"]);
  });

  test("[CP-REC-9] channels are poked every five minutes, and by a cron; without channels nothing is armed", async () => {
    const world = await ready();
    expect(world.alarmAtMs).toBe(world.nowMs + 300_000);
    world.nowMs += 300_000;
    await world.engine.alarm();
    expect(world.calls).toEqual(["poke default/broker/b"]);
    expect(world.alarmAtMs).toBe(world.nowMs + 300_000);
    await world.engine.poke();
    expect(world.calls).toEqual(["poke default/broker/b", "poke default/broker/b"]);
    const idle = new World();
    await idle.engine.alarm();
    expect(idle.alarmAtMs).toBeUndefined();
  });

  test("[CP-REC-12] while a cron pokes, the own alarm does not; where it stops, the alarm takes over", async () => {
    const world = await ready();
    for (let times = 0; times < 3; times++) {
      await world.engine.poke();
      expect(world.alarmAtMs).toBe(world.nowMs + 600_000);
      world.nowMs += 300_000;
    }
    expect(world.calls).toEqual(Array(3).fill("poke default/broker/b"));
    world.nowMs = world.alarmAtMs ?? 0;
    await world.engine.alarm();
    expect(world.calls).toHaveLength(4);
    expect(world.alarmAtMs).toBe(world.nowMs + 300_000);
  });

  test("[CP-REC-13] a pass that fails as a whole is made up for by the next alarm, whatever it was about", async () => {
    const world = await ready();
    await world.request("POST", TRIGGERS, trigger("late"));
    world.database.exec("ALTER TABLE channel RENAME TO gone");
    await world.engine.alarm();
    expect(world.lines.at(-1)).toContain('"event":"control-plane.error"');
    expect((await get(world, `${TRIGGERS}/late`)).status).toBeUndefined();
    expect(world.alarmAtMs).toBe(world.nowMs + 60_000);
    world.database.exec("ALTER TABLE gone RENAME TO channel");
    world.nowMs += 60_000;
    await world.engine.alarm();
    expect(conditions(await get(world, `${TRIGGERS}/late`)).Ready).toBe("True");
  });

  test("[CP-REC-14] a Broker has room for 5,000 Triggers, and one more is one push", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    for (let number = 0; number < 5000; number++) await world.request("POST", TRIGGERS, trigger(`t${number}`));
    await world.settle();
    expect(conditions(await get(world, `${TRIGGERS}/t4999`)).Ready).toBe("True");
    world.restart();
    world.calls.length = 0;
    await world.request("POST", TRIGGERS, trigger("late"));
    await world.settle();
    expect(world.calls).toEqual(["configure default/broker/b", "poke default/broker/b"]);
    expect(world.configured.get("default/broker/b")?.subscriptions).toHaveLength(5001);
    expect(conditions(await get(world, `${TRIGGERS}/late`)).Ready).toBe("True");
  }, 60_000);

  test("[CP-REC-10] the first origin that was let in is the base of addresses, for good", async () => {
    const world = new World({ publicUrl: undefined });
    await world.engine.api.request("http://evil.test/api/v1/namespaces");
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    world.restart();
    await world.engine.api.request("http://later.test/api/v1/namespaces", { headers: { authorization: "Bearer t" } });
    await world.settle();
    expect((await get(world, `${BROKERS}/b`)).status.address.url).toBe("http://sluice.test/default/b");
  });

  test("[CP-REC-15] another public URL is in all addresses soon after the start, and a start without one does nothing", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    world.alarmAtMs = undefined;
    world.restart();
    expect(world.alarmAtMs).toBeUndefined();
    const moved = new World({ publicUrl: "https://events.test", database: world.database });
    await moved.settle();
    expect((await get(moved, `${BROKERS}/b`)).status.address.url).toBe("https://events.test/default/b");
  });

  test("[CP-REC-11] a deleted namespace takes its channels with it", async () => {
    const world = new World();
    await world.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team" },
    });
    await world.request("POST", "/apis/eventing.knative.dev/v1/namespaces/team/brokers", broker("b"));
    await world.settle();
    expect([...world.configured.keys()]).toEqual(["team/broker/b"]);
    await world.request("DELETE", "/api/v1/namespaces/team");
    await world.settle();
    expect([...world.configured.keys()]).toEqual([]);
  });
});
