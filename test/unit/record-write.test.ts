import { describe, expect, test } from "vitest";
import { checkEntries } from "../../src/control-plane/managed-fields/check-entries.ts";
import { withControllerStatus } from "../../src/control-plane/managed-fields/controller-status.ts";
import { entriesOf, entriesToStartFrom, type Writer } from "../../src/control-plane/managed-fields/manager-entry.ts";
import { recordWrite } from "../../src/control-plane/managed-fields/record-write.ts";
import { type JsonObject, objectAt, textAt } from "../../src/control-plane/resources/json.ts";

const writer = (manager: string, time = "2026-01-01T00:00:00Z"): Writer => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  subresource: "main",
  time,
});
const entry = (manager: string, fieldsV1: JsonObject, changes: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  manager,
  operation: "Update",
  time: "2026-01-01T00:00:00Z",
  ...changes,
});
const object = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "t", ...metadata },
  spec,
});

/** A write that the server adds nothing to. */
function write(before: JsonObject | undefined, after: JsonObject, by: Writer): JsonObject {
  return recordWrite(
    { before, requested: after, after, writer: by, applied: undefined },
    before === undefined ? [] : entriesOf(before),
  );
}

describe("[CP-MANAGED] who manages what", () => {
  const kept = entry("kept", { "f:spec": {} });

  test("[CP-MANAGED-1] a create owns what it sends, the defaults what they add", () => {
    const requested = object({ a: 1 }, { labels: { l: "1" } });
    const after = object({ a: 1, filled: { in: 2 } }, { labels: { l: "1", m: "2" }, generation: 1, uid: "u" });
    const recorded = recordWrite(
      { before: undefined, requested, after, writer: writer("alice"), applied: undefined },
      [],
    );
    expect(recorded).toEqual({
      ...after,
      metadata: {
        ...objectAt(after, "metadata"),
        managedFields: [
          entry("alice", { "f:metadata": { "f:labels": { ".": {}, "f:l": {} } }, "f:spec": { ".": {}, "f:a": {} } }),
          entry("sluice-defaults", {
            "f:metadata": { "f:labels": { "f:m": {} } },
            "f:spec": { "f:filled": { ".": {}, "f:in": {} } },
          }),
        ],
      },
    });
  });

  test("[CP-MANAGED-2] a change takes what it changes from everybody else; what is gone is nobody's", () => {
    const first = write(undefined, object({ a: 1, b: 1, c: 1 }), writer("alice"));
    const second = write(first, { ...first, spec: { a: 1, b: 2 } }, writer("bob", "2026-01-02T00:00:00Z"));
    expect(entriesOf(second)).toEqual([
      entry("alice", { "f:spec": { ".": {}, "f:a": {} } }),
      entry("bob", { "f:spec": { "f:b": {} } }, { time: "2026-01-02T00:00:00Z" }),
    ]);
    const third = write(second, { ...second, spec: { a: 2, b: 2 } }, writer("bob", "2026-01-03T00:00:00Z"));
    expect(entriesOf(third)).toEqual([
      entry("alice", { "f:spec": {} }),
      entry("bob", { "f:spec": { "f:a": {}, "f:b": {} } }, { time: "2026-01-03T00:00:00Z" }),
    ]);
  });

  test("[CP-MANAGED-3] a write that changes nothing leaves entries and times alone, defaults sent or not", () => {
    const filled = object({ a: 1, filled: 2 });
    const stored = recordWrite(
      { before: undefined, requested: object({ a: 1 }), after: filled, writer: writer("alice"), applied: undefined },
      [],
    );
    for (const requested of [object({ a: 1 }), filled]) {
      const by = writer("bob", "2026-01-02T00:00:00Z");
      expect(
        recordWrite({ before: stored, requested, after: filled, writer: by, applied: undefined }, entriesOf(stored)),
      ).toEqual(stored);
    }
  });

  test("[CP-MANAGED-4] a status has an entry of its own, and spec entries stay as they are", () => {
    const stored = write(undefined, object({ a: 1 }), writer("alice"));
    const ready = withControllerStatus(stored, { conditions: [{ type: "Ready" }] }, "2026-01-02T00:00:00Z");
    expect(ready.status).toEqual({ conditions: [{ type: "Ready" }] });
    const controllers = entry(
      "sluice-controller",
      { "f:status": { ".": {}, "f:conditions": {} } },
      { subresource: "status", time: "2026-01-02T00:00:00Z" },
    );
    expect(entriesOf(ready)).toEqual([...entriesOf(stored), controllers]);
    const again = withControllerStatus(ready, { conditions: [], address: {} }, "2026-01-03T00:00:00Z");
    expect(entriesOf(again)[1]).toEqual({
      ...controllers,
      fieldsV1: { "f:status": { ".": {}, "f:address": {}, "f:conditions": {} } },
      time: "2026-01-03T00:00:00Z",
    });
  });

  test("[CP-MANAGED-5] at most ten managers update; the oldest become one", () => {
    let stored = object({});
    for (let number = 0; number < 13; number++) {
      const time = `2026-01-01T00:00:${String(number).padStart(2, "0")}Z`;
      const after = { ...stored, spec: { ...Object(stored.spec), [`field${number}`]: number } };
      stored = write(stored, after, writer(`manager-${number}`, time));
    }
    const updates = entriesOf(stored).map((each) => textAt(each, "manager"));
    expect(updates.toSorted()).toEqual(
      ["ancient-changes", ...[4, 5, 6, 7, 8, 9, 10, 11, 12].map((number) => `manager-${number}`)].toSorted(),
    );
    const ancient = entriesOf(stored).find((each) => textAt(each, "manager") === "ancient-changes");
    expect(ancient).toEqual(
      entry(
        "ancient-changes",
        { "f:spec": { "f:field0": {}, "f:field1": {}, "f:field2": {}, "f:field3": {} } },
        { time: "2026-01-01T00:00:03Z" },
      ),
    );
  });

  test("[CP-MANAGED-6] a client may edit the entries and reset them; sending none keeps them", () => {
    const alices = entry("alice", { "f:spec": {} });
    const stored = object({}, { managedFields: [alices] });
    const edited = entry("bob", { "f:spec": {} }, { operation: "Apply" });
    const starting = (managedFields?: JsonObject[]) =>
      entriesToStartFrom(object({}, managedFields === undefined ? {} : { managedFields }), stored);
    expect(starting()).toEqual([alices]);
    expect(starting([])).toEqual([alices]);
    expect(starting([{}])).toEqual([]);
    expect(starting([edited])).toEqual([edited]);
  });

  test.each<[JsonObject, readonly string[]]>([
    [entry("a", { "f:spec": {} }), []],
    [entry("a", { "f:spec": {} }, { operation: "Delete" }), ["operation"]],
    [entry("a", {}, { fieldsType: "FieldsV2", subresource: 1 }), ["fieldsType", "subresource"]],
    [entry("a".repeat(129), { spec: {} }), ["manager", "fieldsV1"]],
    [entry("a", {}, { extra: "x" }), ["extra"]],
    [entry("a", {}, { fieldsV1: "f:spec" }), ["fieldsV1"]],
    [entry("a", JSON.parse('{"f:__proto__":{"f:constructor":{}}}')), []],
  ])("[CP-MANAGED-7] %j: what is wrong with it is %j", (sent, fields) => {
    const causes = checkEntries(object({}, { managedFields: [kept, sent] }));
    expect(causes.map((cause) => cause.field)).toEqual(fields.map((name) => `metadata.managedFields[1].${name}`));
  });
});
