import { describe, expect, test } from "vitest";
import { parseFieldsV1 } from "../../src/control-plane/managed-fields/fields-v1.ts";
import {
  entriesOf,
  type ManagerEntry,
  newEntry,
  type Writer,
} from "../../src/control-plane/managed-fields/manager-entry.ts";
import { recordWrite } from "../../src/control-plane/managed-fields/record-write.ts";
import { applyConfiguration } from "../../src/control-plane/managed-fields/server-side-apply.ts";
import { type JsonObject, textAt } from "../../src/control-plane/resources/json.ts";
import { Refusal } from "../../src/control-plane/resources/refusal.ts";
import { randomObject } from "../kit/random-json.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const TIME = "2026-01-01T00:00:00Z";
const LATER = "2026-01-02T00:00:00Z";

const by = (manager: string, changes: Partial<Writer> = {}): Writer => ({
  manager,
  operation: "Apply",
  apiVersion: "v1",
  subresource: "main",
  time: TIME,
  ...changes,
});
const thing = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "t", ...metadata },
  spec,
});
const EMPTY = thing({});

/** What is stored after an apply. */
function apply(stored: JsonObject, configuration: JsonObject, writer: Writer, force = false): JsonObject {
  const entries = entriesOf(stored);
  const { object, fields } = applyConfiguration({ stored, entries, configuration, writer, force });
  return recordWrite({ before: stored, requested: object, after: object, writer, applied: fields }, entries);
}

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const managers = (object: JsonObject) => entriesOf(object).map((entry) => [textAt(entry, "manager"), entry.fieldsV1]);

describe("[CP-SSA] server-side apply", () => {
  test("[CP-SSA-1] another value of what somebody else applies is a conflict; the same value is shared", () => {
    const alices = apply(EMPTY, thing({ a: 1, b: 1 }), by("alice"));
    const refusal = refusalOf(() => apply(alices, thing({ a: 2 }), by("bob")));
    expect(refusal.toStatus()).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'Apply failed with 1 conflict: conflict with "alice": .spec.a',
      reason: "Conflict",
      details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "alice"', field: ".spec.a" }] },
      code: 409,
    });
    const shared = apply(alices, thing({ a: 1 }), by("bob"));
    expect(managers(shared)).toEqual([
      ["alice", { "f:spec": { "f:a": {}, "f:b": {} } }],
      ["bob", { "f:spec": { "f:a": {} } }],
    ]);
    expect(refusalOf(() => apply(shared, thing({ a: 3 }), by("bob"))).code).toBe(409);
  });

  test("[CP-SSA-2] force takes what is in conflict and nothing else", () => {
    const alices = apply(EMPTY, thing({ a: 1, b: 1 }), by("alice"));
    const forced = apply(alices, thing({ a: 2, b: 1 }), by("bob"), true);
    expect(forced.spec).toEqual({ a: 2, b: 1 });
    expect(managers(forced)).toEqual([
      ["alice", { "f:spec": { "f:b": {} } }],
      ["bob", { "f:spec": { "f:a": {}, "f:b": {} } }],
    ]);
  });

  test("[CP-SSA-3] what is left out goes when nobody else lists it, with the objects that it leaves empty", () => {
    const alices = apply(EMPTY, thing({ a: { x: 1, y: 1 }, b: 1 }), by("alice"));
    const both = apply(alices, thing({ a: { y: 1 } }), by("bob"));
    const left = apply(both, thing({}), by("alice"));
    expect(left.spec).toEqual({ a: { y: 1 } });
    // `spec: {}` was listed, empty as it is.
    expect(managers(left)).toEqual([
      ["alice", { "f:spec": {} }],
      ["bob", { "f:spec": { "f:a": { "f:y": {} } } }],
    ]);
    expect(apply(left, thing({}), by("bob")).spec).toEqual({});
  });

  test("[CP-SSA-4] defaults give way, and go with what they were filled into", () => {
    const requested = thing({ sink: { ref: { kind: "Broker", name: "b" } } });
    const after = thing({ sink: { ref: { kind: "Broker", name: "b", namespace: "n" } }, retry: 10 });
    const fields = applyConfiguration({
      stored: EMPTY,
      entries: [],
      configuration: requested,
      writer: by("a"),
      force: false,
    }).fields;
    const stored = recordWrite({ before: EMPTY, requested, after, writer: by("a"), applied: fields }, []);
    const changed = apply(stored, thing({ sink: { uri: "http://x" }, retry: 5 }), by("a"));
    expect(changed.spec).toEqual({ sink: { uri: "http://x" }, retry: 5 });
    expect(managers(changed)).toEqual([["a", { "f:spec": { "f:retry": {}, "f:sink": { "f:uri": {} } } }]]);
  });

  test("[CP-SSA-5] finalizers and owners are items of their own; other lists are one value", () => {
    const owner = (uid: string, name: string) => ({ uid, name });
    const metadata = { finalizers: ["a/1"], ownerReferences: [owner("1", "o")] };
    const alices = apply(EMPTY, thing({ list: [1] }, metadata), by("alice"));
    const bobs = apply(alices, thing({}, { finalizers: ["b/1"], ownerReferences: [owner("2", "p")] }), by("bob"));
    expect(bobs.metadata).toMatchObject({
      finalizers: ["a/1", "b/1"],
      ownerReferences: [owner("1", "o"), owner("2", "p")],
    });
    const without = apply(bobs, thing({ list: [1, 2] }), by("alice"));
    expect(without.metadata).toMatchObject({ finalizers: ["b/1"], ownerReferences: [owner("2", "p")] });
    expect(without.spec).toEqual({ list: [1, 2] });
    const renamed = refusalOf(() =>
      apply(bobs, thing({ list: [2] }, { ownerReferences: [owner("1", "q")] }), by("bob")),
    );
    expect(renamed.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "alice":\n- .metadata.ownerReferences[uid="1"].name\n- .spec.list',
    );
  });

  test("[CP-SSA-6] whoever updates is named with version and time", () => {
    const update = by("kubectl-edit", { operation: "Update", subresource: "status" });
    const entry: ManagerEntry = newEntry(update, parseFieldsV1({ "f:spec": { "f:a": {}, "f:b": {} } }));
    const other = newEntry(by("another"), parseFieldsV1({ "f:spec": { "f:c": {} } }));
    const stored = thing({ a: 1, b: 1, c: 1 }, { managedFields: [entry, other] });
    expect(refusalOf(() => apply(stored, thing({ a: 2, b: 2, c: 2 }), by("bob"))).message).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "another":',
        "- .spec.c",
        'conflicts with "kubectl-edit" with subresource "status" using v1 at 2026-01-01T00:00:00Z:',
        "- .spec.a",
        "- .spec.b",
      ].join("\n"),
    );
  });

  test("[CP-SSA-7] objects that an update made stay while anything is in them", () => {
    const fields = parseFieldsV1({ "f:spec": { ".": {}, "f:a": { ".": {}, "f:x": {}, "f:y": {} } } });
    const stored = thing({ a: { x: 1, y: 1, unowned: 1 } }, { managedFields: [newEntry(by("alice"), fields)] });
    expect(apply(stored, thing({ a: { x: 1 } }), by("alice")).spec).toEqual({ a: { x: 1, unowned: 1 } });
  });

  test("[CP-SSA-8] applied twice changes nothing, whoever comes in between", () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = new SeededRandom(seed);
      let stored = thing(randomObject(random));
      for (let round = 0; round < 4; round++) {
        const configuration = thing(randomObject(random), { labels: { round: String(random.below(2)) } });
        const manager = random.pick(["alice", "bob"]);
        stored = apply(stored, configuration, by(manager), true);
        expect([seed, apply(stored, configuration, by(manager, { time: LATER }))]).toEqual([seed, stored]);
      }
    }
  });

  test("[CP-SSA-9] what is applied is there, and what only this manager listed before and lists no more is not", () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = new SeededRandom(seed);
      const [first, second] = [thing(randomObject(random)), thing(randomObject(random))];
      const stored = apply(apply(thing({}), first, by("alice")), second, by("alice"));
      expect([seed, stored.spec]).toEqual([seed, second.spec]);
    }
  });
});
