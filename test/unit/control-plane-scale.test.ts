import { expect, test } from "vitest";
import { BROKERS, broker, conditions, TRIGGERS, trigger, World } from "./control-plane-world.ts";

/** Between two creates, as of a client that waits for each answer. */
const CREATE_MS = 5;

test("[CP-SCALE-1] 500 Triggers, one after the other, are pushed sixteen times over on average, not sixty", async () => {
  const world = new World();
  await world.request("POST", BROKERS, broker("b"));
  await world.settle();
  world.calls.length = 0;
  let pushed = 0;
  for (let number = 0; number < 500; number++) {
    await world.request("POST", TRIGGERS, trigger(`t${number}`));
    world.nowMs += CREATE_MS;
    if (world.alarmAtMs === undefined || world.alarmAtMs > world.nowMs) continue;
    world.alarmAtMs = undefined;
    await world.engine.alarm();
    pushed += world.configured.get("default/broker/b")?.subscriptions.length ?? 0;
  }
  expect(pushed).toBeGreaterThan(500);
  expect(pushed).toBeLessThan(8500);
  const changedAtMs = world.nowMs;
  await world.settle();
  expect(conditions((await world.request("GET", `${TRIGGERS}/t499`)).body).Ready).toBe("True");
  expect(world.nowMs - changedAtMs).toBeLessThan(500);
}, 60_000);

test("[CP-SCALE-2] a change to one of a thousand writes its own rows and those of what follows from it", async () => {
  const world = new World();
  await world.request("POST", BROKERS, broker("b"));
  for (let number = 0; number < 1000; number++) await world.request("POST", TRIGGERS, trigger(`t${number}`));
  await world.settle();
  const before = Number((await world.request("GET", BROKERS)).body.metadata.resourceVersion);
  await world.request("PATCH", `${TRIGGERS}/t7`, { spec: { subscriber: { uri: "http://other.test/" } } });
  await world.settle();
  // The change and the status that follows it.
  expect(Number((await world.request("GET", BROKERS)).body.metadata.resourceVersion)).toBe(before + 2);
}, 60_000);
