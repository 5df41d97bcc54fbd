import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../src/control-plane/registry.ts";
import { admitCreate, admitUpdate, decodeRequest } from "../../src/control-plane/resources/admission.ts";
import {
  type Json,
  type JsonObject,
  parseStoredObject,
  textAt,
  withMember,
} from "../../src/control-plane/resources/json.ts";
import { Refusal } from "../../src/control-plane/resources/refusal.ts";
import { validateFilters } from "../../src/control-plane/validation/trigger-filters.ts";
import { MAX_FILTER_DEPTH } from "../../src/core/filters/filter-expression.ts";

interface Case {
  name: string;
  object: JsonObject;
  oldObject?: JsonObject;
  ok: boolean;
  message?: string;
  match: "message" | "verdict";
  expect?: { ok: boolean };
  defaultedObject?: JsonObject;
}

const file = new URL("../oracle/validation-cases.json", import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(file, "utf8")).cases;
const served = cases.filter(({ object }) => KINDS.some((kind) => kind.kind === textAt(object, "kind")));

const identity = { uid: "u", creationTimestamp: "2026-01-02T03:04:05Z" };

function admit(each: Case): JsonObject {
  const kind = KINDS.find((known) => known.kind === textAt(each.object, "kind"));
  if (kind === undefined) throw new Error("not served");
  const decode = (incoming: JsonObject) =>
    decodeRequest({ kind, version: "v1", namespace: "ns", incoming, fieldValidation: "Strict" }).object;
  if (each.oldObject === undefined) return admitCreate(kind, decode(each.object), identity);
  return admitUpdate(kind, decode(each.object), admitCreate(kind, decode(each.oldObject), identity));
}

describe("[CP-VAL] Knative's verdicts", () => {
  test("[CP-VAL-0] the table holds Brokers and Triggers", () => {
    expect(served.length).toBeGreaterThan(70);
  });

  test.each(served)("[CP-VAL-1] $name", (each) => {
    const ok = each.expect?.ok ?? each.ok;
    if (ok) {
      const admitted = admit(each);
      if (each.defaultedObject === undefined) return;
      const wanted = each.defaultedObject;
      expect(admitted.spec).toEqual(wanted.spec);
      const { labels, annotations } = parseStoredObject(JSON.stringify(wanted.metadata));
      expect(admitted.metadata).toMatchObject({
        ...(labels ? { labels } : {}),
        ...(annotations ? { annotations } : {}),
      });
      return;
    }
    let refusal: unknown;
    try {
      admit(each);
    } catch (error) {
      refusal = error;
    }
    if (!(refusal instanceof Refusal)) throw new Error(`admitted, or failed otherwise: ${String(refusal)}`);
    expect([400, 422]).toContain(refusal.code);
    if (each.match === "message") expect(refusal.message).toBe(`validation failed: ${each.message}`);
  });
});

describe("[CP-VAL] fields and types", () => {
  const [brokers] = KINDS.filter((kind) => kind.kind === "Broker");
  const base = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: "v1" } };
  const decode = (spec: JsonObject, fieldValidation: "Strict" | "Warn" | "Ignore" = "Strict") => {
    if (brokers === undefined) throw new Error("no brokers");
    const incoming = withMember(base, "spec", spec);
    return decodeRequest({ kind: brokers, version: "v1", namespace: "ns", incoming, fieldValidation });
  };

  test("[CP-VAL-2] an unknown field is refused, warned of or pruned", () => {
    expect(() => decode({ delivry: {} })).toThrow(
      'Broker in version "v1" cannot be handled as a Broker: strict decoding error: unknown field "spec.delivry"',
    );
    expect(decode({ delivry: {} }, "Warn")).toMatchObject({
      object: { spec: {} },
      warnings: ['unknown field "spec.delivry"'],
    });
    expect(decode({ delivry: {} }, "Ignore")).toEqual({
      object: { ...base, metadata: { name: "v1", namespace: "ns" }, spec: {} },
      warnings: [],
    });
  });

  test("[CP-VAL-3] a wrong type is Invalid, with a cause", () => {
    let refusal: unknown;
    try {
      decode({ delivery: { retry: "three" } });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      code: 422,
      reason: "Invalid",
      details: {
        kind: "Broker",
        name: "v1",
        group: "eventing.knative.dev",
        causes: [
          {
            field: "spec.delivery.retry",
            reason: "FieldValueTypeInvalid",
            message: 'Invalid value: "string": spec.delivery.retry in body must be of type integer: "string"',
          },
        ],
      },
    });
  });

  test("[CP-VAL-4] keys named like prototypes are fields like any other", () => {
    const spec = parseStoredObject('{"__proto__":{"retry":1},"constructor":1}');
    expect(() => decode(spec)).toThrow('unknown field "spec.__proto__", unknown field "spec.constructor"');
  });

  test("[CP-VAL-5] filters nest to a bound, as they do where they are compiled", () => {
    const deep = (levels: number): Json => (levels === 0 ? { exact: { type: "a" } } : { not: deep(levels - 1) });
    expect(validateFilters([deep(MAX_FILTER_DEPTH)], "spec.filters")).toEqual([]);
    expect(validateFilters([deep(MAX_FILTER_DEPTH + 1)], "spec.filters")).toEqual([
      { message: "invalid value: nested deeper than 16 levels", paths: [`spec.filters[0]${".not".repeat(17)}`] },
    ]);
  });
});
