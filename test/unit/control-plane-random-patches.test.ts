import { describe, expect, test } from "vitest";
import { canonicalJson, type Json } from "../../src/control-plane/resources/json.ts";
import { SeededRandom } from "../kit/seeded-random.ts";
import { BROKERS, broker, KEY, SECRETS, secret, TRIGGERS, trigger, World } from "./control-plane-world.ts";

const PATCHES = 300;
/** Members that mean something somewhere, and names that could mean something to the language. */
const NAMES = [
  ...["apiVersion", "kind", "metadata", "spec", "status", "data", "stringData", "type", "immutable", ""],
  ...["name", "uid", "labels", "annotations", "finalizers", "ownerReferences", "resourceVersion", "generation"],
  ...["managedFields", "manager", "operation", "fieldsV1", "f:spec", "delivery", "retry", "subscriber", "filters"],
  ...["$patch", "$retainKeys", "$deleteFromPrimitiveList/finalizers", "$setElementOrder/ownerReferences"],
  ...["__proto__", "constructor", "toString"],
];
const SCALARS: readonly Json[] = [null, true, 0, -1, 1.5, 1e300, "x/y", "delete", "replace", "Update", "FieldsV1"];

const TARGETS = [
  { path: `${BROKERS}/b`, apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b" },
  { path: `${TRIGGERS}/t`, apiVersion: "eventing.knative.dev/v1", kind: "Trigger", name: "t" },
  { path: `${SECRETS}/s`, apiVersion: "v1", kind: "Secret", name: "s" },
];

function randomValue(random: SeededRandom, depth = 0): Json {
  const shape = depth < 5 ? random.below(4) : 0;
  if (shape < 2) return random.pick(SCALARS);
  const parts = Array.from({ length: random.below(5) }, () => randomValue(random, depth + 1));
  return shape === 2 ? parts : Object.fromEntries(parts.map((part) => [random.pick(NAMES), part]));
}

function randomPointer(random: SeededRandom): string {
  const tokens = Array.from({ length: random.below(4) }, () => random.pick([...NAMES, "0", "-"]));
  return tokens.map((token) => `/${token.replaceAll("/", "~1")}`).join("");
}

function randomOperations(random: SeededRandom): readonly object[] {
  return Array.from({ length: random.below(4) }, () => ({
    op: random.pick(["add", "remove", "replace", "move", "copy", "test"]),
    path: randomPointer(random),
    from: randomPointer(random),
    value: randomValue(random),
  }));
}

/** An object whose outermost members are right, so that what is inside is looked at. */
function randomContent(random: SeededRandom, target: (typeof TARGETS)[number], isWhole: boolean): object {
  const { apiVersion, kind } = target;
  const members = ["metadata", "spec", "data"].filter(() => random.perMille(500));
  const content = Object.fromEntries(members.map((name) => [name, randomValue(random, 1)]));
  return isWhole ? { apiVersion, kind, ...content } : content;
}

async function randomWorld(): Promise<World> {
  const world = new World({ encryptionKey: KEY });
  await world.request("POST", BROKERS, broker("b", {}, { finalizers: ["x/y"] }));
  await world.request("POST", TRIGGERS, trigger("t"));
  await world.request("POST", SECRETS, secret("s", { a: "1" }));
  return world;
}

describe("[CP-RANDOM] random patches", () => {
  test.each([
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
  ])(
    "[CP-RANDOM-1] %s: a Status below 500 that changes nothing, or an object that is stored as answered",
    async (type) => {
      const world = await randomWorld();
      const codes = new Set<number>();
      for (let seed = 0; seed < PATCHES; seed++) {
        const random = new SeededRandom(seed);
        const target = random.pick(TARGETS);
        const isOperations = type === "application/json-patch+json";
        const isApply = type === "application/apply-patch+yaml";
        const body = isOperations ? randomOperations(random) : randomContent(random, target, isApply);
        const query = `fieldManager=${random.pick(["a", "b"])}${isApply ? "&force=true" : ""}`;
        const before = await world.request("GET", target.path);
        const answer = await world.request("PATCH", `${target.path}?${query}`, body, { "content-type": type });
        const after = await world.request("GET", target.path);
        const expected = answer.code === 200 ? answer.body : before.body;
        expect([seed, answer.code < 500, canonicalJson(after.body)]).toEqual([seed, true, canonicalJson(expected)]);
        const again = await world.request("PUT", `${target.path}?fieldManager=c`, after.body);
        expect([seed, again.code, again.body]).toEqual([seed, 200, after.body]);
        codes.add(answer.code);
      }
      expect([...codes]).toEqual(expect.arrayContaining([200, 400]));
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});
