/** How the benchmark tells that nothing happens, and what the cron costs that goes on. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CRON_RUN, cronDollarsAMonth, POKE, POKE_WITH_LOG } from "../../bench/idle-price.ts";
import { pageOf } from "../../bench/page/page.ts";
import { untilAsleep, watchObjects } from "../../bench/stored-objects.ts";
import { ChannelWorld, subscription } from "../kit/channel-world.ts";
import { withFolder } from "../kit/temporary-folder.ts";
import { MEASURED, RESULTS, resultsWith } from "./bench-records.ts";
import { World } from "./control-plane-world.ts";

const CHANNEL = "objects/channels/1.sqlite";
const ALARMS = "objects/channels/metadata.sqlite";

/** Two objects and the alarms of one class, as workerd leaves them; those named stay open. */
async function watched(meanwhile: (open: (path: string) => DatabaseSync) => void) {
  return withFolder(async (folder) => {
    for (const name of ["channels", "control-planes"]) mkdirSync(join(folder, "objects", name), { recursive: true });
    const opened: DatabaseSync[] = [];
    const open = (path: string) => {
      const database = new DatabaseSync(join(folder, path));
      database.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS a (id INTEGER PRIMARY KEY, b)");
      opened.push(database);
      return database;
    };
    for (const path of [CHANNEL, "objects/control-planes/2.sqlite"]) {
      open(path).exec("INSERT INTO a VALUES (1, 1796030516091000000)");
      opened.pop()?.close();
    }
    open(ALARMS);
    const watching = watchObjects(folder, 50);
    await wait(20);
    meanwhile(open);
    const result = await watching;
    for (const database of opened) if (database.isOpen) database.close();
    return result;
  });
}

describe("objects at rest", () => {
  it("[BENCH-50] of which none is in memory and none changes have done nothing; alarms are always open", async () => {
    expect(await watched(() => {})).toEqual({ objects: 2, awake: 0, changed: 0 });
  });

  it("[BENCH-51] one that is in memory at some look was woken, though it wrote nothing", async () => {
    const opening = (open: (path: string) => DatabaseSync) =>
      void open(CHANNEL).prepare("SELECT count(*) FROM a").get();
    expect(await watched(opening)).toEqual({ objects: 2, awake: 1, changed: 0 });
  });

  it("[BENCH-52] one that wrote and went again is seen by its rows, however large their numbers", async () => {
    const writing = (open: (path: string) => DatabaseSync) => {
      const database = open(CHANNEL);
      database.exec("UPDATE a SET b = b + 1");
      database.close();
    };
    expect(await watched(writing)).toMatchObject({ changed: 1 });
  });

  it("[BENCH-53] an alarm that was set again shows", async () => {
    const arming = (open: (path: string) => DatabaseSync) => open(ALARMS).exec("INSERT INTO a VALUES (7, 8)");
    expect(await watched(arming)).toEqual({ objects: 2, awake: 0, changed: 1 });
  });

  it("[BENCH-54] is waited for until it is so, and no longer than given", async () => {
    await withFolder(async (folder) => {
      mkdirSync(join(folder, "objects/channels"), { recursive: true });
      for (const name of ["1.sqlite", "1.sqlite-wal"]) appendFileSync(join(folder, "objects/channels", name), "");
      const startMs = performance.now();
      await untilAsleep(folder, 50);
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(50);
    });
  });
});

describe("the cron", () => {
  it("[BENCH-55] makes the control plane set its alarm as often as it is priced, and poke each channel once", async () => {
    const world = new World();
    const url = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
    await world.request("POST", url, {
      apiVersion: "eventing.knative.dev/v1",
      kind: "Broker",
      metadata: { name: "b" },
    });
    await world.settle();
    // As on Cloudflare, where it has left memory since the last time.
    world.restart();
    world.calls.length = 0;
    expect(await timesSet(world, () => world.engine.poke())).toBe(CRON_RUN.rowsWritten);
    expect(world.calls).toEqual(["poke default/broker/b"]);
  });

  it("[BENCH-56] makes a channel that holds a log set its alarm when it comes back, and another one not", async () => {
    const poked = async (world: ChannelWorld) =>
      timesSet(world, async () => {
        world.start();
        world.channel.poke();
      });
    const world = await ChannelWorld.with(subscription("all"));
    expect(await poked(world)).toBe(POKE.rowsWritten);
    const withLog = await ChannelWorld.with();
    await withLog.append(["a"]);
    expect(await poked(withLog)).toBe(POKE_WITH_LOG.rowsWritten);
  });

  it("[BENCH-57] costs a month what its operations cost 8,640 times, and the page says so", () => {
    expect([CRON_RUN, POKE, POKE_WITH_LOG].map((each) => Number(cronDollarsAMonth(each).toFixed(6)))).toEqual([
      0.021168, 0.001296, 0.009936,
    ]);
    const page = pageOf({ results: RESULTS });
    for (const figure of [
      "8,640 times a month",
      "$0.0212 a month",
      "$0.0013 a month",
      "$0.0099 in all",
      "$0.031 a month",
    ])
      expect(page).toContain(figure);
    expect(page).toContain("of its 2 objects, the channel and the control plane, 0 were in memory");
    const { atRest: _, ...others } = MEASURED;
    expect(pageOf({ results: resultsWith(others) })).toContain("### Idle\n\nNot measured.\n");
  });
});

/** How often the alarm is set, not cleared, during the work. */
async function timesSet(world: { alarmAtMs: number | undefined }, work: () => Promise<void>): Promise<number> {
  let times = 0;
  let current = world.alarmAtMs;
  Object.defineProperty(world, "alarmAtMs", {
    get: () => current,
    set: (atMs: number | undefined) => {
      current = atMs;
      if (atMs !== undefined) times++;
    },
  });
  await work();
  return times;
}
