/** What all objects together, and all watches that nobody reads, may hold. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { migrate } from "../../src/control-plane/store/migrate.ts";
import { ObjectStore } from "../../src/control-plane/store/object-store.ts";
import { MAX_UNSENT_CHARACTERS } from "../../src/control-plane/watch/watch-limits.ts";
import { MOST_STORED } from "../../src/control-plane/writes/storage-quota.ts";
import { CONTROL_PLANE_MIGRATIONS } from "../kit/control-plane-migrations.ts";
import { nodeSql } from "../kit/node-sql.ts";
import { World } from "./control-plane-world.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
/** Characters of one object's data, a little under the most that an object may have. */
const LARGE = 500_000;

const configMap = (name: string, characters: number) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { text: "x".repeat(characters) },
});

/** As many large objects as fit: `m0`, `m1`, … */
async function fullWorld(): Promise<{ readonly world: World; readonly count: number }> {
  const world = new World();
  for (let count = 0; ; count++) {
    const { code } = await world.request("POST", CONFIG_MAPS, configMap(`m${count}`, LARGE));
    if (code === 201) continue;
    return { world, count };
  }
}

describe("[CP-QUOTA] bounds of what is held", () => {
  test("[CP-QUOTA-1] what all objects together have is bounded; what shrinks or goes is the way back", async () => {
    const { world, count } = await fullWorld();
    expect(count).toBe(Math.floor(MOST_STORED / (LARGE + 1_000)));
    const refused = await world.request("POST", CONFIG_MAPS, configMap("more", LARGE));
    expect([refused.code, refused.body.reason, refused.body.message]).toEqual([
      403,
      "Forbidden",
      `configmaps "more" is forbidden: exceeded quota: all objects together may have ${MOST_STORED} characters: delete some, large ConfigMaps and Secrets first`,
    ]);
    const { code } = await world.request("PATCH", `${CONFIG_MAPS}/m0`, {
      data: { other: "y".repeat(300_000), text: null },
    });
    expect(code).toBe(200);
    await world.request("DELETE", `${CONFIG_MAPS}/m1`);
    expect((await world.request("POST", CONFIG_MAPS, configMap("more", LARGE))).code).toBe(201);
  });

  test("[CP-QUOTA-2] it is what is stored that counts, after a restart and after a refused write too", async () => {
    const { world, count } = await fullWorld();
    world.restart();
    expect((await world.request("POST", CONFIG_MAPS, configMap("more", LARGE))).code).toBe(403);
    for (let index = 0; index < count; index++) await world.request("DELETE", `${CONFIG_MAPS}/m${index}`);
    for (let index = 0; index < count; index++) {
      expect((await world.request("POST", CONFIG_MAPS, configMap(`n${index}`, LARGE))).code).toBe(201);
    }
  }, 60_000);

  test("[CP-QUOTA-3] watches that are not read hold no more than one may and a bound for all others", async () => {
    const { world, count } = await fullWorld();
    const open = () => world.engine.api.request(`http://sluice.test${CONFIG_MAPS}?watch=1`, HEADERS);
    const first = await open();
    expect(first.status).toBe(200);
    const second = await open();
    expect([second.status, second.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(JSON.parse(await second.text()).message).toContain("watches that are not read hold");
    await first.body?.cancel();
    for (let index = 0; index < count; index++) await world.request("DELETE", `${CONFIG_MAPS}/m${index}`);
    await world.request("POST", CONFIG_MAPS, configMap("small", Math.floor(MAX_UNSENT_CHARACTERS / 64)));
    for (let watches = 0; watches < 60; watches++) expect((await open()).status).toBe(200);
  });

  test("[CP-QUOTA-4] what characters cost is the same before a restart and after it, those outside of the BMP too", () => {
    const sql = nodeSql(new DatabaseSync(":memory:"));
    migrate(sql, CONTROL_PLANE_MIGRATIONS);
    const started = () => new ObjectStore(sql, () => 0);
    const store = started();
    expect(store.size()).toBe(0);
    const content = { body: { data: { text: "😀".repeat(100) } }, sealed: new Uint8Array(7) };
    const [first, second] = ["a", "b"].map((name) => store.insert(thing(name), content));
    const one = JSON.stringify(content.body).length + 7;
    if (first === undefined || second === undefined) throw new Error("nothing is stored");
    const changed = store.replace(first, { ...content, sealed: undefined });
    expect(store.size()).toBe(2 * one - 7);
    const restarted = started();
    expect(restarted.size()).toBe(2 * one - 7);
    restarted.remove(changed);
    expect(restarted.size()).toBe(one);
    restarted.remove(second);
    expect(restarted.size()).toBe(0);
  });

  test("[CP-QUOTA-5] objects from before sizes were stored count as SQLite counts them", () => {
    const sql = nodeSql(new DatabaseSync(":memory:"));
    migrate(sql, CONTROL_PLANE_MIGRATIONS.slice(0, 4));
    sql.run("INSERT INTO object VALUES (1, 'things', 'n', 'old', 1, '{\"a\":\"ä\"}', x'0102')");
    migrate(sql, CONTROL_PLANE_MIGRATIONS);
    expect(new ObjectStore(sql, () => 0).size()).toBe(9 + 2);
  });
});

function thing(name: string) {
  return { resource: "things", namespace: "n", name };
}

const HEADERS = { headers: { authorization: "Bearer t" } };
