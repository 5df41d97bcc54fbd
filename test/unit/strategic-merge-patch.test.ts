import { describe, expect, test } from "vitest";
import { strategicListsOf } from "../../src/control-plane/patches/list-rules.ts";
import { strategicMergePatch } from "../../src/control-plane/patches/strategic-merge-patch.ts";
import type { JsonObject } from "../../src/control-plane/resources/json.ts";

const configMaps = strategicListsOf({ group: "", plural: "configmaps" });
const serviceAccounts = strategicListsOf({ group: "", plural: "serviceaccounts" });
const services = strategicListsOf({ group: "", plural: "services" });
const owner = (uid: string, name: string) => ({ uid, name });

describe("[CP-STRAT] strategic merge patch", () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      "maps merge, null removes",
      { data: { a: "1", b: "2" } },
      { data: { b: null, c: "3" } },
      { data: { a: "1", c: "3" } },
    ],
    ["a list without a rule is replaced", { list: [1, 2] }, { list: [3] }, { list: [3] }],
    ["$patch: replace in a map", { data: { a: "1" } }, { data: { $patch: "replace", b: "2" } }, { data: { b: "2" } }],
    ["$patch: delete in a map", { data: { a: "1" } }, { data: { $patch: "delete" } }, { data: {} }],
    [
      "$patch: merge in a map",
      { data: { a: "1" } },
      { data: { $patch: "merge", b: "2" } },
      { data: { a: "1", b: "2" } },
    ],
    [
      "$retainKeys",
      { data: { a: "1", b: "2" } },
      { data: { $retainKeys: ["b", "c"], c: "3" } },
      { data: { b: "2", c: "3" } },
    ],
    [
      "finalizers are a set",
      { metadata: { finalizers: ["a", "b"] } },
      { metadata: { finalizers: ["b", "c"] } },
      { metadata: { finalizers: ["a", "b", "c"] } },
    ],
    [
      "$deleteFromPrimitiveList",
      { metadata: { finalizers: ["a", "b"] } },
      { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] } },
      { metadata: { finalizers: ["b"] } },
    ],
    [
      "$setElementOrder of a set",
      { metadata: { finalizers: ["a", "b", "kept"] } },
      { metadata: { finalizers: ["c"], "$setElementOrder/finalizers": ["c", "b", "a"] } },
      { metadata: { finalizers: ["c", "b", "kept", "a"] } },
    ],
    [
      "ownerReferences merge by uid",
      { metadata: { ownerReferences: [owner("1", "a"), owner("2", "b")] } },
      { metadata: { ownerReferences: [{ uid: "2", name: "B" }, owner("3", "c")] } },
      { metadata: { ownerReferences: [owner("1", "a"), owner("2", "B"), owner("3", "c")] } },
    ],
    [
      "$patch: delete in a list",
      { metadata: { ownerReferences: [owner("1", "a"), owner("2", "b")] } },
      { metadata: { ownerReferences: [{ $patch: "delete", uid: "1" }] } },
      { metadata: { ownerReferences: [owner("2", "b")] } },
    ],
    [
      "$patch: replace in a list",
      { metadata: { ownerReferences: [owner("1", "a")] } },
      { metadata: { ownerReferences: [owner("2", "b"), { $patch: "replace" }] } },
      { metadata: { ownerReferences: [owner("2", "b")] } },
    ],
    [
      "$setElementOrder of a list with keys",
      { metadata: { ownerReferences: [owner("1", "a"), owner("2", "b")] } },
      { metadata: { "$setElementOrder/ownerReferences": [{ uid: "2" }, { uid: "9" }, { uid: "1" }] } },
      { metadata: { ownerReferences: [owner("2", "b"), owner("1", "a")] } },
    ],
    ["an item of a new list", {}, { metadata: { finalizers: ["a"] } }, { metadata: { finalizers: ["a"] } }],
  ])("[CP-STRAT-1] %s", (_what, target, patch, expected) => {
    const before = JSON.stringify(target);
    expect(strategicMergePatch(target, patch, configMaps)).toEqual(expected);
    expect(JSON.stringify(target)).toBe(before);
  });

  test("[CP-STRAT-2] Services merge ports by number, ServiceAccounts Secrets by name", () => {
    const ports = { spec: { ports: [{ port: 80, name: "http" }, { port: 443 }] } };
    expect(strategicMergePatch(ports, { spec: { ports: [{ port: 80, targetPort: 8080 }] } }, services)).toEqual({
      spec: { ports: [{ port: 80, name: "http", targetPort: 8080 }, { port: 443 }] },
    });
    const secrets = { secrets: [{ name: "a" }], imagePullSecrets: [{ name: "b" }] };
    const patch = { secrets: [{ name: "c" }], imagePullSecrets: [{ name: "b", $patch: "delete" }] };
    expect(strategicMergePatch(secrets, patch, serviceAccounts)).toEqual({
      secrets: [{ name: "a" }, { name: "c" }],
      imagePullSecrets: [],
    });
  });

  test.each<[JsonObject, string]>([
    [{ data: { $patch: "drop" } }, '$patch must be replace, delete or merge, not "drop"'],
    [{ $retainKeys: "a" }, "$retainKeys must be a list of names"],
    [{ metadata: { "$setElementOrder/finalizers": "a" } }, "$setElementOrder/finalizers must be a list"],
    [{ metadata: { ownerReferences: [{ name: "a" }] } }, "an item of the list has no uid, which tells its items apart"],
  ])("[CP-STRAT-3] %j is refused", (patch, why) => {
    const target = { metadata: { finalizers: ["a"], ownerReferences: [owner("1", "a")] } };
    expect(() => strategicMergePatch(target, patch, configMaps)).toThrow(why);
  });

  test("[CP-STRAT-4] keys like a prototype's are data", () => {
    const patch: JsonObject = JSON.parse(
      '{"data":{"__proto__":"x","constructor":{"$patch":"replace","prototype":"y"}}}',
    );
    expect(JSON.stringify(strategicMergePatch({ data: { a: "1" } }, patch, configMaps))).toBe(
      '{"data":{"a":"1","__proto__":"x","constructor":{"prototype":"y"}}}',
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
