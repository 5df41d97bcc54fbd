import { describe, expect, test } from "vitest";
import {
  difference,
  type FieldSet,
  fieldAt,
  intersection,
  isEmpty,
  NO_FIELDS,
  pathsIn,
  sameFields,
  union,
} from "../../src/control-plane/managed-fields/field-set.ts";
import { compareFields, fieldsOf } from "../../src/control-plane/managed-fields/fields-of.ts";
import {
  fieldPathText,
  fieldsV1,
  isFieldsV1,
  parseFieldsV1,
} from "../../src/control-plane/managed-fields/fields-v1.ts";
import type { JsonObject } from "../../src/control-plane/resources/json.ts";
import { randomObject } from "../kit/random-json.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const paths = (set: FieldSet) => pathsIn(set).map(fieldPathText);

describe("[CP-FIELDS] sets of fields", () => {
  test("[CP-FIELDS-1] what a configuration lists: values, empty objects, items of the lists that merge", () => {
    const object: JsonObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "c",
        namespace: "n",
        labels: { a: "b" },
        annotations: {},
        finalizers: ["example.com/hold"],
        ownerReferences: [{ uid: "1", name: "o" }],
      },
      spec: { delivery: { retry: 1 }, steps: [{ uri: "x" }], empty: [] },
    };
    expect(fieldsV1(fieldsOf(object))).toEqual({
      "f:metadata": {
        "f:annotations": {},
        "f:finalizers": { 'v:"example.com/hold"': {} },
        "f:labels": { "f:a": {} },
        "f:ownerReferences": { 'k:{"uid":"1"}': { ".": {}, "f:name": {}, "f:uid": {} } },
      },
      "f:spec": { "f:delivery": { "f:retry": {} }, "f:empty": {}, "f:steps": {} },
    });
  });

  test("[CP-FIELDS-2] what two objects differ in; new objects are named beside their members", () => {
    const before: JsonObject = {
      metadata: { labels: { a: "1", b: "2" }, finalizers: ["x", "y"], generation: 1 },
      spec: { same: { a: 1 }, gone: { b: 1 }, list: [1], kind: "text" },
    };
    const after: JsonObject = {
      metadata: { labels: { a: "1", b: "3" }, finalizers: ["y", "z"], generation: 2 },
      spec: { same: { a: 1 }, list: [2], kind: { now: "object" }, fresh: { c: 1 } },
    };
    const { changed, removed } = compareFields(before, after);
    expect(paths(changed)).toEqual([
      ".metadata.labels.b",
      '.metadata.finalizers[="z"]',
      ".spec.list",
      ".spec.kind",
      ".spec.kind.now",
      ".spec.fresh",
      ".spec.fresh.c",
    ]);
    expect(paths(removed)).toEqual(['.metadata.finalizers[="x"]', ".spec.gone", ".spec.gone.b"]);
  });

  test("[CP-FIELDS-3] deep values count as one, so that what is read back is not too deep to be sent", () => {
    const deep = Array.from({ length: 60 }).reduce<JsonObject>((inner) => ({ x: inner }), { end: 1 });
    expect(paths(fieldsOf({ spec: deep }))).toEqual([`.spec${".x".repeat(31)}`]);
    const other = Array.from({ length: 60 }).reduce<JsonObject>((inner) => ({ x: inner }), { end: 2 });
    expect(paths(compareFields({ spec: deep }, { spec: other }).changed)).toEqual([`.spec${".x".repeat(31)}`]);
  });

  test.each<JsonObject>([
    {},
    { "f:spec": {} },
    { "f:spec": { ".": {}, "f:delivery": { ".": {}, "f:retry": {} } } },
    {
      "f:metadata": {
        "f:finalizers": { ".": {}, 'v:"a"': {} },
        "f:labels": { "f:__proto__": {}, "f:constructor": {} },
      },
    },
  ])("[CP-FIELDS-4] FieldsV1 is written as it is read: %j", (fields) => {
    expect(JSON.stringify(fieldsV1(parseFieldsV1(fields)))).toBe(JSON.stringify(fields));
    expect(isFieldsV1(fields)).toBe(true);
  });

  test.each([[{ spec: {} }], [{ "f:spec": 1 }], [{ "f:spec": { retry: {} } }], [[]], ["f:spec"], [null]])(
    "[CP-FIELDS-5] %j is no FieldsV1",
    (fields) => {
      expect(isFieldsV1(fields)).toBe(false);
    },
  );

  test("[CP-FIELDS-6] the algebra of sets holds for random ones", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new SeededRandom(seed);
      const [a, b] = [fieldsOf(randomObject(random)), fieldsOf(randomObject(random))];
      const both = intersection(a, b);
      const inOrder = (set: FieldSet) => [...paths(set)].sort();
      const inB = new Set(paths(b));
      expect([seed, inOrder(both)]).toEqual([seed, inOrder(a).filter((path) => inB.has(path))]);
      expect([seed, inOrder(difference(a, b))]).toEqual([seed, inOrder(a).filter((path) => !inB.has(path))]);
      expect(sameFields(union(difference(a, b), both), a)).toBe(true);
      expect(inOrder(union(a, b))).toEqual([...new Set([...paths(a), ...paths(b)])].sort());
      expect(isEmpty(difference(a, a))).toBe(true);
      expect(sameFields(parseFieldsV1(fieldsV1(a)), a)).toBe(true);
    }
  });

  test("[CP-FIELDS-7] what changed and what stayed the same make up the new object", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new SeededRandom(seed);
      const [before, after] = [{ spec: randomObject(random) }, { spec: randomObject(random) }];
      const { changed, removed } = compareFields(before, after);
      const missing = difference(fieldsOf(after), union(changed, fieldsOf(before)));
      // An object that lost all its members has become a value of its own.
      const emptied = paths(missing).filter((path) => !paths(removed).some((gone) => gone.startsWith(`${path}.`)));
      expect([seed, emptied]).toEqual([seed, []]);
      expect(isEmpty(compareFields(after, after).changed)).toBe(true);
    }
  });

  test("[CP-FIELDS-8] paths read as kubectl shows them", () => {
    expect(fieldPathText(["f:metadata", "f:ownerReferences", 'k:{"uid":"1"}', "f:name"])).toBe(
      '.metadata.ownerReferences[uid="1"].name',
    );
    expect(paths(union(fieldAt("f:spec"), NO_FIELDS))).toEqual([".spec"]);
  });
});
