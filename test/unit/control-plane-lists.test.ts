import { describe, expect, test } from "vitest";
import { BROKERS, broker, World } from "./control-plane-world.ts";
import { watch } from "./watch-reader.ts";

interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Brokers a, b, … each with the label of its own name. */
async function worldWith(...names: readonly string[]): Promise<World> {
  const world = new World();
  for (const name of names) await world.request("POST", BROKERS, broker(name, {}, { labels: { name } }));
  return world;
}

async function page(world: World, query: string): Promise<{ names: readonly string[]; metadata: ListMetadata }> {
  const { body } = await world.request("GET", `${BROKERS}?${query}`);
  return { names: body.items.map((item) => item.metadata.name), metadata: body.metadata };
}

describe("[CP-LIST] pages", () => {
  test("[CP-LIST-1] say how many are left, unless a selector makes that costly", async () => {
    const world = await worldWith("a", "b", "c");
    const first = await page(world, "limit=2");
    expect([first.names, first.metadata.remainingItemCount]).toEqual([["a", "b"], 1]);
    const last = await page(world, `limit=2&continue=${first.metadata.continue}`);
    expect(last).toEqual({ names: ["c"], metadata: { resourceVersion: first.metadata.resourceVersion } });
    const selected = await page(world, "limit=1&labelSelector=name+in+(a,b)");
    expect([selected.names, selected.metadata.remainingItemCount]).toEqual([["a"], undefined]);
    expect(selected.metadata.continue).toBeDefined();
  });

  test("[CP-LIST-2] a watch from any page's resourceVersion sees what happened between the pages", async () => {
    const world = await worldWith("a", "b", "c", "d");
    const first = await page(world, "limit=2");
    await world.request("DELETE", `${BROKERS}/a`);
    await world.request("DELETE", `${BROKERS}/c`);
    await world.request("POST", BROKERS, broker("e"));
    const second = await page(world, `limit=2&continue=${first.metadata.continue}`);
    expect([second.names, second.metadata.resourceVersion]).toEqual([["d", "e"], first.metadata.resourceVersion]);
    const reader = await watch(world, `${BROKERS}?watch=1&resourceVersion=${second.metadata.resourceVersion}`);
    const events = (await reader.take()).map(({ type, object }) => `${type} ${object.metadata.name}`);
    expect(events).toEqual(["DELETED a", "DELETED c", "ADDED e"]);
  });

  test("[CP-LIST-3] a list expires when such a watch is no longer possible", async () => {
    const world = await worldWith("a", "b", "c");
    const first = await page(world, "limit=1");
    await world.request("DELETE", `${BROKERS}/c`);
    world.database.exec(`DELETE FROM change WHERE resource_version <= ${Number(first.metadata.resourceVersion) + 1}`);
    await world.request("DELETE", `${BROKERS}/b`);
    const { code, body } = await world.request("GET", `${BROKERS}?limit=1&continue=${first.metadata.continue}`);
    expect([code, body.reason]).toEqual([410, "Expired"]);
  });

  test("[CP-LIST-4] have 500 objects or four million characters at most, where pages are asked for at all", async () => {
    const world = new World();
    for (let number = 0; number < 501; number++) await world.request("POST", BROKERS, broker(`b${number}`));
    expect((await page(world, "limit=1000")).names).toHaveLength(500);
    expect((await page(world, "")).names).toHaveLength(501);
    const large = await worldWith();
    const annotations = { note: "x".repeat(250_000) };
    for (let number = 0; number < 20; number++) {
      await large.request("POST", BROKERS, broker(`b${String(number).padStart(2, "0")}`, {}, { annotations }));
    }
    const first = await page(large, "limit=500");
    expect(first.names.length + (first.metadata.remainingItemCount ?? 0)).toBe(20);
    expect(first.names.length).toBe(17);
  });

  test.each([
    "x",
    "x!",
    btoa("{}"),
    btoa('{"namespace":"default","name":"a"}'),
    btoa('{"namespace":"default","name":"a","resourceVersion":"1"}'),
    btoa('{"namespace":"default","name":"a","resourceVersion":1.5}'),
    btoa('{"namespace":"default","name":"a","resourceVersion":1,"more":1}'),
    btoa('{"namespace":1,"name":"a","resourceVersion":1}'),
    btoa("[]"),
    btoa("null"),
    "%F0%9F%92%A5",
  ])("[CP-LIST-5] %s is no continue token", async (token) => {
    const answer = await (await worldWith("a")).request("GET", `${BROKERS}?limit=1&continue=${token}`);
    expect([answer.code, answer.body.message]).toEqual([400, "continue key is not valid"]);
  });
});

describe("[CP-LIST] versions", () => {
  test("[CP-LIST-6] any version up to the latest will do; a later one never was", async () => {
    const world = await worldWith("a");
    const latest = Number((await page(world, "")).metadata.resourceVersion);
    for (const query of ["resourceVersion=0", "resourceVersion=1", `resourceVersion=${latest}`]) {
      expect((await page(world, query)).names).toEqual(["a"]);
      expect((await page(world, `${query}&resourceVersionMatch=NotOlderThan`)).names).toEqual(["a"]);
    }
    const { code, body } = await world.request("GET", `${BROKERS}?resourceVersion=${latest + 1}`);
    expect([code, body.reason, body.message]).toEqual([
      504,
      "Timeout",
      `Too large resource version: ${latest + 1}, current: ${latest}`,
    ]);
  });

  test("[CP-LIST-7] an exact version is the latest or no longer kept", async () => {
    const world = await worldWith("a");
    const latest = Number((await page(world, "")).metadata.resourceVersion);
    const exact = (version: number) =>
      world.request("GET", `${BROKERS}?resourceVersionMatch=Exact&resourceVersion=${version}`);
    expect((await exact(latest)).body.items).toHaveLength(1);
    const past = await exact(latest - 1);
    expect([past.code, past.body.reason]).toEqual([410, "Expired"]);
  });

  test.each([
    ["resourceVersion=one", 400],
    ["resourceVersionMatch=Exact", 422],
    ["resourceVersionMatch=Exact&resourceVersion=0", 422],
    ["resourceVersionMatch=Sometimes&resourceVersion=1", 422],
    ["sendInitialEvents=true", 422],
    ["limit=-1", 400],
    ["limit=1e3", 400],
  ])("[CP-LIST-8] %s is refused with %i", async (query, code) => {
    expect((await (await worldWith("a")).request("GET", `${BROKERS}?${query}`)).code).toBe(code);
  });

  test("[CP-LIST-9] pages go on from their token, not from a version", async () => {
    const world = await worldWith("a", "b");
    const first = await page(world, "limit=1");
    const next = `${BROKERS}?limit=1&continue=${first.metadata.continue}`;
    expect((await world.request("GET", `${next}&resourceVersion=1`)).code).toBe(400);
    expect((await world.request("GET", `${next}&resourceVersion=1&resourceVersionMatch=NotOlderThan`)).code).toBe(422);
  });
});
