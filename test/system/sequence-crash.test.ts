/** Kills a router again and again while events pass through a Sequence, and counts what came through. */
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { SeededRandom } from "../kit/seeded-random.ts";
import { FlowNamespace } from "./flow-namespace.ts";
import { startRouter } from "./harness.ts";

const KILLS = 3;
const SEED = 7;
/** How long a round lasts before its kill, milliseconds: while a router warms up, and while it runs. */
const ROUND_MS = [300, 1_500] as const;
/** Producers that each post one event after the other. */
const PRODUCERS = 8;
/** Rest of a producer after each event, milliseconds: some hundred events a second in all. */
const REST_MS = 25;
const MINUTES_MS = 60_000;

test("[SEQ-CRASH-1] killed at random moments under load, each event leaves the Sequence and no answer is passed on twice", {
  timeout: 3 * MINUTES_MS,
}, async () => {
  const random = new SeededRandom(SEED);
  let router = await startRouter();
  const space = await FlowNamespace.start(router, "crashed");
  await space.create("Channel", "end");
  await space.create("Subscription", "end", { channel: space.ref("Channel", "end").ref, subscriber: space.to("end") });
  const steps = [space.appends("first", "-1"), space.appends("second", "-2")];
  await space.create("Sequence", "s", { steps, reply: space.ref("Channel", "end") });
  const accepted: string[] = [];
  let posted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    let isOver = false;
    const produce = async (): Promise<void> => {
      while (!isOver) {
        const id = String(posted++);
        // One that nobody answered may be in the log or not.
        const status = await space.tryPost("sequences/s", id, id).then(
          (answer) => answer.status,
          () => undefined,
        );
        if (status === 202) accepted.push(id);
        await wait(REST_MS);
      }
    };
    const producers = Array.from({ length: PRODUCERS }, produce);
    await wait(random.between(...ROUND_MS));
    await router.kill();
    isOver = true;
    await Promise.all(producers);
    router = await router.restart();
  }
  const missing = (): readonly string[] => {
    const arrived = new Set(space.bodies("end"));
    return accepted.filter((id) => !arrived.has(`${id}-1-2`));
  };
  await space.until(async () => missing().length === 0, "events are missing at the end of the Sequence");
  for (const path of ["inmemorychannels/s-kn-sequence-1", "channels/end"]) {
    const ids = await space.idsInLog(path);
    expect([path, ids.length]).toEqual([path, new Set(ids).size]);
    expect(new Set(ids)).toEqual(new Set([...accepted, ...ids]));
  }
  expect(accepted.length).toBeGreaterThan(KILLS * PRODUCERS);
});
