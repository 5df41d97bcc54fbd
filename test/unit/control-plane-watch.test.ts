import { describe, expect, test } from "vitest";
import { BROKERS, broker, KEY, SECRETS, secret, TRIGGERS, trigger, World } from "./control-plane-world.ts";
import { openWatch, watch } from "./watch-reader.ts";

const ALL_BROKERS = "/apis/eventing.knative.dev/v1/brokers";
const label = (world: World, name: string, labels: object) =>
  world.request("PATCH", `${BROKERS}/${name}`, { metadata: { labels } });

/** Of a control plane that nobody has written to. */
const FIRST = Number((await new World().request("GET", BROKERS)).body.metadata.resourceVersion);
/** The resourceVersion of so many writes later. */
const at = (writes: number): number => FIRST + writes;

/** Brokers a, b, … written one after the other. */
async function worldWith(...names: readonly string[]): Promise<World> {
  const world = new World();
  for (const name of names) await world.request("POST", BROKERS, broker(name));
  return world;
}

describe("[CP-WATCH] where a watch begins", () => {
  test("[CP-WATCH-1] without a resourceVersion: what there is, then every change; never compressed or kept", async () => {
    const world = await worldWith("a", "b");
    const reader = await watch(world, `${BROKERS}?watch=true`);
    expect(reader.code).toBe(200);
    expect(Object.fromEntries(reader.headers)).toMatchObject({
      "content-type": "application/json",
      "content-encoding": "identity",
      "cache-control": "no-cache, no-transform",
    });
    expect(await reader.takeShort(FIRST)).toEqual(["ADDED a +1", "ADDED b +2"]);
    expect(reader.text.startsWith("\n")).toBe(true);
    await label(world, "a", { x: "y" });
    await world.request("DELETE", `${BROKERS}/b`);
    await world.request("POST", BROKERS, broker("c"));
    expect(await reader.takeShort(FIRST)).toEqual(["MODIFIED a +3", "DELETED b +4", "ADDED c +5"]);
  });

  test.each(["watch", "watch=yes", "watch=1"])(
    "[CP-WATCH-1] ?%s asks for a watch, as it is authorized",
    async (query) => {
      const reader = await watch(await worldWith("a"), `${BROKERS}?${query}`);
      expect(await reader.takeShort(FIRST)).toEqual(["ADDED a +1"]);
    },
  );

  test("[CP-WATCH-2] a quiet watch begins with a blank line and nothing else", async () => {
    const reader = await watch(await worldWith(), `${BROKERS}?watch=1`);
    expect(await reader.take()).toEqual([]);
    expect(reader.text).toBe("\n");
  });

  test("[CP-WATCH-3] from a list's resourceVersion: exactly what came after it, also after a restart", async () => {
    const world = await worldWith("a");
    const list = await world.request("GET", BROKERS);
    await world.request("POST", BROKERS, broker("b"));
    await world.request("DELETE", `${BROKERS}/a`);
    world.restart();
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=${list.body.metadata.resourceVersion}`);
    expect(await reader.takeShort(FIRST)).toEqual(["ADDED b +2", "DELETED a +3"]);
    const rest = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(3)}`);
    expect(await rest.take()).toEqual([]);
  });

  test("[CP-WATCH-4] events carry whole objects; DELETED the last state with the resourceVersion of its end", async () => {
    const world = await worldWith("a");
    const { body } = await world.request("GET", `${BROKERS}/a`);
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=0`);
    await world.request("DELETE", `${BROKERS}/a`);
    expect(await reader.take()).toEqual([
      { type: "ADDED", object: body },
      { type: "DELETED", object: { ...body, metadata: { ...body.metadata, resourceVersion: String(at(2)) } } },
    ]);
  });

  test("[CP-WATCH-5] as a streamed list: the initial events end with a bookmark that says so", async () => {
    const world = await worldWith("a");
    const query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const reader = await watch(world, `${BROKERS}?${query}`);
    const [added, bookmark] = await reader.take();
    expect(added?.object.metadata.name).toBe("a");
    const blueprint = { kind: "BrokerList", apiVersion: "eventing.knative.dev/v1", metadata: {}, items: [] };
    expect(bookmark).toEqual({
      type: "BOOKMARK",
      object: {
        kind: "Broker",
        apiVersion: "eventing.knative.dev/v1",
        metadata: {
          resourceVersion: String(at(1)),
          creationTimestamp: null,
          annotations: {
            "k8s.io/initial-events-end": "true",
            "kubernetes.io/initial-events-list-blueprint": btoa(JSON.stringify(blueprint)),
          },
        },
      },
    });
    await label(world, "a", { x: "y" });
    expect(await reader.takeShort(FIRST)).toEqual(["MODIFIED a +2"]);
    const unsent = "watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan";
    expect(await (await watch(world, `${BROKERS}?${unsent}`)).take()).toEqual([]);
  });

  test("[CP-WATCH-6] what the log no longer holds is an ERROR event, 410; what never was, 504", async () => {
    const world = await worldWith("a", "b", "c");
    world.database.exec(`DELETE FROM change WHERE resource_version <= ${at(1)}`);
    expect(await (await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`)).takeShort(FIRST)).toEqual([
      "ADDED b +2",
      "ADDED c +3",
    ]);
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(0)}`);
    expect(await reader.take()).toEqual([
      {
        type: "ERROR",
        object: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message: `too old resource version: ${at(0)} (${at(3)})`,
          reason: "Expired",
          details: {},
          code: 410,
        },
      },
    ]);
    expect([reader.code, reader.hasEnded]).toEqual([200, true]);
    const future = await world.request("GET", `${BROKERS}?watch=1&resourceVersion=${at(4)}`);
    expect([future.code, future.body.reason, future.body.details.causes[0]?.reason]).toEqual([
      504,
      "Timeout",
      "ResourceVersionTooLarge",
    ]);
  });

  test.each([
    ["resourceVersion=x", 400, "BadRequest"],
    ["resourceVersion=-1", 400, "BadRequest"],
    ["resourceVersion=99999999999999999999", 400, "BadRequest"],
    ["timeoutSeconds=soon", 400, "BadRequest"],
    ["fieldSelector=spec.x%3D1", 400, "BadRequest"],
    ["labelSelector=(", 400, "BadRequest"],
    ["resourceVersionMatch=NotOlderThan&resourceVersion=1", 422, "Invalid"],
    ["sendInitialEvents=true", 422, "Invalid"],
    ["sendInitialEvents=true&resourceVersionMatch=Exact", 422, "Invalid"],
    ["continue=abc", 422, "Invalid"],
  ])("[CP-WATCH-7] %s is refused with %i", async (query, code, reason) => {
    const answer = await (await worldWith("a")).request("GET", `${BROKERS}?watch=1&${query}`);
    expect([answer.code, answer.body.kind, answer.body.reason]).toEqual([code, "Status", reason]);
  });
});

describe("[CP-WATCH] what a watch sees", () => {
  test("[CP-WATCH-8] one that enters a selection is ADDED, one that leaves it DELETED as it was known", async () => {
    const world = await worldWith("a", "b");
    const reader = await watch(world, `${BROKERS}?watch=1&labelSelector=team%3Dx`);
    await label(world, "a", { team: "x" });
    await label(world, "a", { tier: "gold" });
    await label(world, "b", { team: "y" });
    await label(world, "a", { team: "y" });
    await label(world, "a", { team: null });
    const events = await reader.take();
    expect(events.map(({ type, object }) => [type, object.metadata.name, object.metadata.labels])).toEqual([
      ["ADDED", "a", { team: "x" }],
      ["MODIFIED", "a", { team: "x", tier: "gold" }],
      ["DELETED", "a", { team: "x", tier: "gold" }],
    ]);
    expect(events.at(-1)?.object.metadata.resourceVersion).toBe(String(at(6)));
  });

  test("[CP-WATCH-9] one name, one namespace, all namespaces, one kind", async () => {
    const world = await worldWith("a");
    const named = await watch(world, `${BROKERS}?watch=1&fieldSelector=metadata.name%3Db&resourceVersion=${at(1)}`);
    const here = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`);
    const everywhere = await watch(world, `${ALL_BROKERS}?watch=1&resourceVersion=${at(1)}`);
    await world.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team" },
    });
    await world.request("POST", BROKERS.replace("default", "team"), broker("b"));
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t"));
    expect(await named.takeShort(FIRST)).toEqual(["ADDED b +4"]);
    expect(await here.takeShort(FIRST)).toEqual(["ADDED b +4"]);
    expect(await everywhere.takeShort(FIRST)).toEqual(["ADDED b +3", "ADDED b +4"]);
  });

  test("[CP-WATCH-10] statuses that controllers write, and objects in the version that is watched", async () => {
    const world = await worldWith("a");
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`);
    await world.settle();
    const events = await reader.take();
    expect(events.map(({ type }) => type)).toEqual(["MODIFIED"]);
    expect(events[0]?.object).toEqual((await world.request("GET", `${BROKERS}/a`)).body);
  });

  test("[CP-WATCH-11] as a table its first event says what the columns are", async () => {
    const world = await worldWith("a", "b");
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const reader = await watch(world, `${BROKERS}?watch=1`, { accept });
    const events = await reader.take();
    expect(events.map(({ object }) => [object.kind, object.rows?.[0]?.cells[0]])).toEqual([
      ["Table", "a"],
      ["Table", "b"],
    ]);
    expect(events.map(({ object }) => (object.columnDefinitions?.length ?? 0) > 0)).toEqual([true, false]);
  });

  test("[CP-WATCH-12] Secrets are opened for each event; without the key the watch ends with why", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, secret("s", { a: "b" }));
    const reader = await watch(world, `${SECRETS}?watch=1`);
    await world.request("PATCH", `${SECRETS}/s`, { stringData: { a: "c" } });
    await world.request("DELETE", `${SECRETS}/s`);
    const events = await reader.take(3);
    expect(events.map(({ type, object }) => [type, object.data])).toEqual([
      ["ADDED", { a: "Yg==" }],
      ["MODIFIED", { a: "Yw==" }],
      ["DELETED", { a: "Yw==" }],
    ]);
    const locked = new World({ database: world.database });
    const failed = await watch(locked, `${SECRETS}?watch=1&resourceVersion=${at(0)}`);
    expect((await failed.take()).map(({ type, object }) => [type, object.code])).toEqual([["ERROR", 503]]);
    expect(failed.hasEnded).toBe(true);
  });
});

describe("[CP-WATCH] how long a watch lasts", () => {
  test("[CP-WATCH-13] a quiet one says something after 1, 2, 4, 8, 16 and then every 20 seconds: a bookmark where it may", async () => {
    const world = await worldWith("a");
    const plain = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`);
    const bookmarked = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}&allowWatchBookmarks=true`);
    await world.request("POST", TRIGGERS, trigger("t"));
    const lengths: number[] = [];
    for (const ms of [999, 1, 2000, 4000, 8000, 16_000, 19_999, 1, 20_000]) {
      await world.timers.advance(ms);
      await plain.take();
      lengths.push(plain.text.length);
    }
    expect([lengths, plain.text.trim()]).toEqual([[1, 2, 3, 4, 5, 6, 6, 7, 8], ""]);
    expect(await bookmarked.takeShort(FIRST)).toEqual(Array(7).fill("BOOKMARK +2"));
  });

  test("[CP-WATCH-14] it ends when the client wants it, with a bookmark where it is; else within ten minutes", async () => {
    const world = await worldWith("a");
    const wanted = await watch(world, `${BROKERS}?watch=1&timeoutSeconds=3&allowWatchBookmarks=true`);
    const unbounded = await watch(world, `${BROKERS}?watch=1`);
    const tooLong = await watch(world, `${BROKERS}?watch=1&timeoutSeconds=86400`);
    await world.timers.advance(3000);
    expect(await wanted.takeShort(FIRST)).toEqual(["ADDED a +1", "BOOKMARK +1", "BOOKMARK +1"]);
    expect([wanted.hasEnded, unbounded.hasEnded]).toEqual([true, false]);
    // The chance of this world is one half.
    await world.timers.advance(446_999);
    expect([unbounded.hasEnded, tooLong.hasEnded]).toEqual([false, false]);
    await world.timers.advance(1);
    await unbounded.take();
    expect([unbounded.hasEnded, tooLong.hasEnded, world.timers.pending]).toEqual([true, true, 0]);
  });

  test("[CP-WATCH-15] there are 200 at most; hanging up frees the place and its timers", async () => {
    const world = await worldWith("a");
    const readers = [];
    for (let count = 0; count < 200; count++) readers.push(await watch(world, `${BROKERS}?watch=1`));
    const refused = await world.request("GET", `${BROKERS}?watch=1`);
    expect([refused.code, refused.body.reason, refused.headers.get("retry-after")]).toEqual([
      429,
      "TooManyRequests",
      "10",
    ]);
    await readers[0]?.hangUp();
    expect((await watch(world, `${BROKERS}?watch=1`)).code).toBe(200);
    for (const reader of readers) await reader.hangUp();
    expect(world.timers.pending).toBe(2);
  });

  test("[CP-WATCH-16] a client that does not read holds nothing: it falls behind the log and has to list again", async () => {
    const world = await worldWith("a");
    const reader = await openWatch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`);
    for (let count = 0; count < 5; count++) await label(world, "a", { count: String(count) });
    world.database.exec(`DELETE FROM change WHERE resource_version <= ${at(4)}`);
    reader.start();
    expect((await reader.take()).map(({ type, object }) => [type, object.reason])).toEqual([["ERROR", "Expired"]]);
    expect([reader.hasEnded, world.timers.pending]).toEqual([true, 0]);
  });

  test("[CP-WATCH-17] a client that does not read is cut at the end of its time", async () => {
    const world = await worldWith("a");
    await openWatch(world, `${BROKERS}?watch=1&timeoutSeconds=5`);
    await world.timers.advance(5000);
    expect(world.timers.pending).toBe(0);
  });

  test("[CP-WATCH-18] HEAD leaves no watch behind", async () => {
    const world = await worldWith("a");
    const response = await world.engine.api.request(`http://sluice.test${BROKERS}?watch=1`, {
      method: "HEAD",
      headers: { authorization: "Bearer t" },
    });
    expect([response.status, await response.text(), world.timers.pending]).toEqual([200, "", 0]);
  });
});

describe("[CP-WATCH] what is kept of a write", () => {
  test("[CP-WATCH-19] nothing is shown before it is durable; when storage fails watches end", async () => {
    const world = await worldWith("a");
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`);
    world.storageFailure = "disk is gone";
    await label(world, "a", { x: "y" });
    expect([await reader.take(), reader.hasEnded]).toEqual([[], true]);
    expect(world.lines.join()).toContain("disk is gone");
  });

  test("[CP-WATCH-20] a write that is taken back was never seen", async () => {
    const world = await worldWith("a");
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(1)}`);
    world.database.exec("ALTER TABLE change RENAME TO gone");
    expect((await label(world, "a", { x: "y" })).code).toBe(500);
    world.database.exec("ALTER TABLE gone RENAME TO change");
    await label(world, "a", { x: "z" });
    const events = await reader.take();
    expect(events.map(({ type, object }) => [type, object.metadata.labels])).toEqual([["MODIFIED", { x: "z" }]]);
    expect((await world.request("GET", `${BROKERS}/a`)).body.metadata.resourceVersion).toBe(String(at(2)));
  });

  test("[CP-WATCH-21] eight writers at once: every change once, in order, for whoever watches from wherever", async () => {
    const world = await worldWith();
    const early = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(0)}`);
    const writer = async (number: number): Promise<void> => {
      for (let round = 0; round < 20; round++) {
        const name = `b${(number + round) % 5}`;
        await world.request("POST", BROKERS, broker(name));
        await label(world, name, { writer: `w${number}`, round: String(round) });
        if (round % 3 === 0) await world.request("DELETE", `${BROKERS}/${name}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
    const late = await watch(world, `${BROKERS}?watch=1&resourceVersion=${at(0)}`);
    const [seenEarly, seenLate] = [await early.takeShort(FIRST), await late.takeShort(FIRST)];
    expect(seenEarly).toEqual(seenLate);
    const versions = seenEarly.map((line) => at(Number(line.split("+")[1])));
    const { resourceVersion } = (await world.request("GET", BROKERS)).body.metadata;
    expect(versions).toEqual(Array.from({ length: Number(resourceVersion) - FIRST }, (_, index) => at(index + 1)));
  });
});
