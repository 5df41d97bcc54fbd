import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { migrate } from "../../src/control-plane/store/migrate.ts";
import { ObjectStore } from "../../src/control-plane/store/object-store.ts";
import { CONTROL_PLANE_MIGRATIONS } from "../kit/control-plane-migrations.ts";
import { nodeSql } from "../kit/node-sql.ts";

const HOUR_MS = 3_600_000;

class StoreWorld {
  readonly database = new DatabaseSync(":memory:");
  nowMs = 1_800_000_000_000;
  readonly store: ObjectStore;

  constructor() {
    const sql = nodeSql(this.database);
    migrate(sql, CONTROL_PLANE_MIGRATIONS);
    this.store = new ObjectStore(sql, () => this.nowMs);
  }

  write(name: string, labels: Readonly<Record<string, string>> = {}, sealed?: Uint8Array): void {
    const key = { resource: "things", namespace: "n", name };
    const content = { body: { metadata: { name, labels } }, sealed };
    const old = this.store.get(key);
    if (old === undefined) this.store.insert(key, content);
    else this.store.replace(old, content);
  }

  get rows(): number {
    return Number(this.database.prepare("SELECT COUNT(*) AS count FROM change").get()?.count);
  }
}

describe("[CP-LOG] the change log", () => {
  test("[CP-LOG-1] keeps the newest 5,000 changes or a few more, and says how far back it reaches", () => {
    const world = new StoreWorld();
    for (let count = 1; count <= 5250; count++) world.write("a", { count: String(count) });
    expect(world.rows).toBe(5050);
    const reaches = [199, 200, 5250].map((version) => world.store.changes.reaches(version, 5250));
    expect(reaches).toEqual([false, true, true]);
  });

  test("[CP-LOG-2] keeps nothing for more than an hour once more is written, and what is new for certain", () => {
    const world = new StoreWorld();
    for (let count = 1; count <= 150; count++) world.write("a", { count: String(count) });
    world.nowMs += HOUR_MS + 1;
    for (let count = 151; count <= 199; count++) world.write("a", { count: String(count) });
    expect(world.rows).toBe(199);
    world.write("a", { count: "200" });
    expect(world.rows).toBe(50);
    expect(world.store.changes.reaches(150, 200)).toBe(true);
    expect(world.store.changes.reaches(149, 200)).toBe(false);
  });

  test("[CP-LOG-4] keeps the newest 64 Mi characters and bytes or an eighth more", () => {
    const world = new StoreWorld();
    const large = { x: "x".repeat(600_000) };
    for (let count = 1; count <= 299; count++)
      world.write("a", { ...large, y: String(count) }, new Uint8Array(400_000));
    const whole = 64 * 1024 * 1024;
    expect(world.rows * 1_000_000).toBeGreaterThan(whole - 2_000_000);
    expect(world.rows * 1_000_000).toBeLessThan(whole * 1.15);
    expect(world.store.changes.reaches(299 - world.rows, 299)).toBe(true);
    expect(world.store.changes.reaches(298 - world.rows, 299)).toBe(false);
  });

  test("[CP-LOG-3] is read in order, in part, with the labels from before", () => {
    const world = new StoreWorld();
    world.write("a", { x: "1" });
    world.write("b");
    world.write("a", { x: "2" });
    const read = (after: number, upTo: number, limit: number) =>
      world.store.changes
        .read({ resource: "things", namespace: "n", after, upTo, limit })
        .map(({ type, stored, previousLabels }) => [type, stored.key.name, stored.resourceVersion, previousLabels]);
    expect(read(0, 3, 10)).toEqual([
      ["ADDED", "a", 1, undefined],
      ["ADDED", "b", 2, undefined],
      ["MODIFIED", "a", 3, { x: "1" }],
    ]);
    expect([read(1, 2, 10), read(0, 3, 1)]).toEqual([[["ADDED", "b", 2, undefined]], [["ADDED", "a", 1, undefined]]]);
  });
});

describe("[CP-STORE] what was read", () => {
  test("[CP-STORE-1] is the same object until it changes", () => {
    const world = new StoreWorld();
    world.write("a");
    world.write("b");
    const [a, b] = world.store.inNamespace("n");
    world.write("b", { x: "y" });
    const [sameA, newB] = world.store.inNamespace("n");
    expect([sameA?.body === a?.body, newB?.body === b?.body, newB?.body]).toEqual([
      true,
      false,
      { metadata: { name: "b", labels: { x: "y" } } },
    ]);
  });

  test("[CP-STORE-2] inside a transaction that failed is forgotten with it", () => {
    const world = new StoreWorld();
    world.write("a", { kept: "yes" });
    const attempt = () =>
      world.store.transaction(() => {
        world.write("a", { kept: "no" });
        world.store.inNamespace("n");
        throw new Error("no more");
      });
    expect(attempt).toThrow("no more");
    expect(world.store.inNamespace("n")[0]?.body).toEqual({ metadata: { name: "a", labels: { kept: "yes" } } });
    world.write("a", { kept: "again" });
    expect(world.store.inNamespace("n")[0]?.body).toEqual({ metadata: { name: "a", labels: { kept: "again" } } });
  });
});
