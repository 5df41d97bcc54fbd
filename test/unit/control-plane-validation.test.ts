import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ResourceKind } from "../../src/control-plane/kind.ts";
import { KINDS } from "../../src/control-plane/registry.ts";
import type { JsonObject } from "../../src/control-plane/resources/json.ts";
import { apiVersionOf } from "../../src/control-plane/resources/versions.ts";
import { collectionOf } from "./control-plane-paths.ts";
import { type Answer, World } from "./control-plane-world.ts";

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: JsonObject; annotations?: JsonObject };
  spec: JsonObject;
}

interface Case {
  name: string;
  object: Manifest;
  /** What is stored already: the case is an update of it. */
  oldObject?: Manifest;
  ok: boolean;
  message?: string;
  /** What Sluice adds on a line of its own: what is expected there. */
  details?: string;
  match: "message" | "verdict";
  /** Where Sluice decides otherwise than Knative. */
  expect?: { ok: boolean };
  defaultedObject?: Manifest;
}

const file = new URL("../oracle/validation-cases.json", import.meta.url);
const cases: readonly Case[] = JSON.parse(readFileSync(file, "utf8")).cases;
const served = cases.filter((each) => kindOf(each) !== undefined);
const unserved = cases.filter((each) => kindOf(each) === undefined);
/** Names of the cases that were put to the API. */
const ran: string[] = [];

/** Only a kind that is served in the case's own version. */
function kindOf({ object }: Case): ResourceKind | undefined {
  return KINDS.find((kind) => kind.kind === object.kind && versionOf(kind, object) !== undefined);
}

function versionOf(kind: ResourceKind, { apiVersion }: Manifest): string | undefined {
  return kind.versions.find((version) => apiVersionOf(kind, version) === apiVersion);
}

/** The collection in which objects of this kind and version live, or would. */
function pathOf(each: Case, object: Manifest): string {
  const kind = kindOf(each);
  if (kind === undefined) return `/apis/${object.apiVersion}/namespaces/ns/${object.kind.toLowerCase()}s`;
  return collectionOf(kind, versionOf(kind, object) ?? "", "ns");
}

async function submit(each: Case): Promise<Answer> {
  const world = new World();
  await world.request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
  ran.push(each.name);
  const path = pathOf(each, each.object);
  if (each.oldObject === undefined) return world.request("POST", `${path}?fieldValidation=Strict`, each.object);
  const created = await world.request("POST", pathOf(each, each.oldObject), each.oldObject);
  expect(created.code).toBe(201);
  const { resourceVersion } = created.body.metadata;
  const update = { ...each.object, metadata: { ...each.object.metadata, resourceVersion } };
  return world.request("PUT", `${path}/${update.metadata.name}?fieldValidation=Strict`, update);
}

describe("[CP-VAL] Knative's verdicts", () => {
  test.each(served)("[CP-VAL-1] $name", async (each) => {
    const { code, body } = await submit(each);
    if (each.expect?.ok ?? each.ok) {
      expect([code, body.message]).toEqual([each.oldObject === undefined ? 201 : 200, undefined]);
      if (each.defaultedObject === undefined) return;
      const { labels, annotations } = each.defaultedObject.metadata;
      expect(body.metadata).toMatchObject({
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      });
      expect(body.spec).toEqual(each.defaultedObject.spec);
    } else if (each.match === "message" && each.expect === undefined) {
      const details = each.details === undefined ? "" : `\n${each.details}`;
      expect([code, body.message]).toEqual([400, `validation failed: ${each.message}${details}`]);
    } else {
      expect([400, 422]).toContain(code);
    }
  });

  test.each(unserved)("[CP-VAL-2] $name: a kind that is not served is not found", async (each) => {
    const { code, body } = await submit(each);
    expect([code, body.kind, body.reason, body.message]).toEqual([
      404,
      "Status",
      "NotFound",
      "the server could not find the requested resource",
    ]);
  });

  test("[CP-VAL-3] every case of the table ran, all but one against a kind that is served", () => {
    expect(unserved.map((each) => each.name)).toEqual(["unknown kind"]);
    expect([...ran].sort()).toEqual(cases.map((each) => each.name).sort());
    expect(ran.length).toBe(159);
  });
});

describe("[CP-VAL] fields and types", () => {
  const brokers = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
  const create = (spec: JsonObject, query = "") =>
    new World().request("POST", `${brokers}${query}`, {
      apiVersion: "eventing.knative.dev/v1",
      kind: "Broker",
      metadata: { name: "v1" },
      spec,
    });

  test("[CP-VAL-4] an unknown field is refused, warned of or pruned", async () => {
    const strict = await create({ delivery: {}, delivry: {} }, "?fieldValidation=Strict");
    expect([strict.code, strict.body.message]).toEqual([
      400,
      'Broker in version "v1" cannot be handled as a Broker: strict decoding error: unknown field "spec.delivry"',
    ]);
    const pruned = { config: expect.objectContaining({ kind: "ConfigMap" }), delivery: {} };
    const warned = await create({ delivery: {}, delivry: {} }, "?fieldValidation=Warn");
    expect([warned.code, warned.headers.get("warning"), warned.body.spec]).toEqual([
      201,
      '299 - "unknown field \\"spec.delivry\\""',
      pruned,
    ]);
    const ignored = await create({ delivery: {}, delivry: {} }, "?fieldValidation=Ignore");
    expect([ignored.code, ignored.headers.get("warning"), ignored.body.spec]).toEqual([201, null, pruned]);
  });

  test.each(["Strict", "Warn", "Ignore"])(
    "[CP-VAL-9] an annotation of Sluice's that nothing reads is kept and warned of, whatever the validation: %s",
    async (validation) => {
      const annotations = { "sluice.dev/retentoin": "P1D", "sluice.dev/retention": "P1D", "example.com/any": "" };
      const { code, headers, body } = await new World().request("POST", `${brokers}?fieldValidation=${validation}`, {
        apiVersion: "eventing.knative.dev/v1",
        kind: "Broker",
        metadata: { name: "v1", annotations },
        spec: {},
      });
      const known = [
        ...["retention", "parked-retention", "dedup", "public-ingress", "ordering", "max-concurrency", "rate-limit"],
        ...["breaker-failures", "start-from", "binding"],
      ].map((name) => `sluice.dev/${name}`);
      const text = `unknown annotation \\"sluice.dev/retentoin\\" has no effect; known are ${known.join(", ")}`;
      expect([code, headers.get("warning"), body.metadata.annotations]).toEqual([
        201,
        `299 - "${text}"`,
        expect.objectContaining(annotations),
      ]);
    },
  );

  test("[CP-VAL-9] a setting that a kind reads is no surprise to it: a Service's binding", async () => {
    const { code, headers } = await new World().request("POST", "/api/v1/namespaces/default/services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "orders", annotations: { "sluice.dev/binding": "ORDERS" } },
      spec: {},
    });
    expect([code, headers.get("warning")]).toEqual([201, null]);
  });

  test("[CP-VAL-5] a wrong type is Invalid, with a cause", async () => {
    const { code, body } = await create({ delivery: { retry: "three" } });
    expect([code, body.reason, body.details]).toEqual([
      422,
      "Invalid",
      {
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
    ]);
  });

  test("[CP-VAL-6] keys named like prototypes are fields like any other", async () => {
    const { code, body } = await create(
      JSON.parse('{"__proto__":{"retry":1},"constructor":1}'),
      "?fieldValidation=Strict",
    );
    expect(code).toBe(400);
    expect(body.message).toContain('unknown field "spec.__proto__", unknown field "spec.constructor"');
  });
});
