import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { ObjectStore } from "../../src/control-plane/store/object-store.ts";
import { durableSql } from "../../src/platform/durable-sql.ts";

test("[CP-STORE-3] what a write costs: rows as they are billed, those of indexes too, and the log's share", async () => {
  const stub = env.CONTROL_PLANE.getByName("rows");
  const written = await runInDurableObject(stub, (_, state) => {
    const meter = { rowsRead: 0, rowsWritten: 0 };
    const store = new ObjectStore(durableSql(state.storage, meter), () => Date.now());
    const cost = (work: () => void): number => {
      const before = meter.rowsWritten;
      work();
      return meter.rowsWritten - before;
    };
    const key = { resource: "things", namespace: "n", name: "a" };
    const content = (count: number) => ({ body: { count }, sealed: undefined });
    let stored = store.insert(key, content(0));
    const insert = cost(() => store.insert({ ...key, name: "b" }, content(0)));
    const replace = cost(() => {
      stored = store.replace(stored, content(1));
    });
    const remove = cost(() => void store.remove(stored));
    let last = store.insert({ ...key, name: "c" }, content(0));
    for (let count = 0; count < 5100; count++) last = store.replace(last, content(count));
    const many = cost(() => {
      for (let count = 0; count < 1000; count++) last = store.replace(last, content(count));
    });
    return { insert, replace, remove, many };
  });
  // An object with two indexes, a change, and the latest resourceVersion; later each write lets go of one change. What goes from
  // an index is not billed.
  expect(written).toEqual({ insert: 5, replace: 3, remove: 3, many: 4000 });
});
