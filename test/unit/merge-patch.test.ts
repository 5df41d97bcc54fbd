import { describe, expect, test } from "vitest";
import { mergePatch } from "../../src/control-plane/patches/merge-patch.ts";
import { isJsonObject, type Json, type JsonObject, sameJson, valueAt } from "../../src/control-plane/resources/json.ts";
import { randomObject } from "../kit/random-json.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

describe("[CP-MERGE] merge patch, RFC 7386", () => {
  test.each<[Json, Json, Json]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("[CP-MERGE-1] %j with %j is %j", (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  test("[CP-MERGE-2] keys like a prototype's are data", () => {
    const patch: Json = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}');
    expect(JSON.stringify(mergePatch({ a: 1 }, patch))).toBe(
      '{"a":1,"__proto__":{"polluted":1},"constructor":{"prototype":2}}',
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("[CP-MERGE-3] the patch of what two objects differ in turns one into the other", () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = new SeededRandom(seed);
      const [from, to] = [randomObject(random), randomObject(random)];
      expect([seed, mergePatch(from, patchBetween(from, to))]).toEqual([seed, to]);
    }
  });
});

/** What kubectl computes for a client-side apply. */
function patchBetween(from: JsonObject, to: JsonObject): JsonObject {
  const removed = Object.keys(from)
    .filter((name) => !Object.hasOwn(to, name))
    .map((name): [string, Json] => [name, null]);
  const changed = Object.entries(to)
    .filter(([name, value]) => !sameJson(valueAt(from, name), value))
    .map(([name, value]): [string, Json] => {
      const old = valueAt(from, name);
      return [name, isJsonObject(value) && isJsonObject(old) ? patchBetween(old, value) : value];
    });
  return Object.fromEntries([...removed, ...changed]);
}
