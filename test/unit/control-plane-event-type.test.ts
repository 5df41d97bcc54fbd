import { describe, expect, test } from "vitest";
import { BROKERS, broker, conditions, World } from "./control-plane-world.ts";

const V1BETA2 = "/apis/eventing.knative.dev/v1beta2/namespaces/default/eventtypes";
const V1BETA3 = "/apis/eventing.knative.dev/v1beta3/namespaces/default/eventtypes";

function eventType(version: string, spec: object): object {
  return { apiVersion: `eventing.knative.dev/${version}`, kind: "EventType", metadata: { name: "e" }, spec };
}

const reference = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "b", namespace: "default" };

const members = {
  type: "dev.order",
  source: "/shop",
  schema: "https://schemas.test/order",
  schemaData: "{}",
  broker: "b",
  description: "An order",
};
const attributes = [
  { name: "type", required: true, value: "dev.order" },
  { name: "source", required: true, value: "/shop" },
  { name: "specversion", required: true, value: "1.0" },
  { name: "id", required: true },
  { name: "schemadata", required: false, value: "https://schemas.test/order" },
];

describe("[CP-VER] one kind in two versions", () => {
  test("[CP-VER-1] v1beta2 reads as v1beta3 and stays as it was written", async () => {
    const world = new World();
    const created = await world.request("POST", V1BETA2, eventType("v1beta2", members));
    expect([created.code, created.body]).toMatchObject([
      201,
      { apiVersion: "eventing.knative.dev/v1beta2", spec: members },
    ]);
    const read = (await world.request("GET", `${V1BETA3}/e`)).body;
    expect(read).toMatchObject({ apiVersion: "eventing.knative.dev/v1beta3" });
    expect(read.spec).toEqual({ reference, description: "An order", attributes });
    expect((await world.request("GET", `${V1BETA2}/e`)).body.spec).toEqual(members);
  });

  test("[CP-VER-2] v1beta3 reads as v1beta2, as far as that can say it", async () => {
    const world = new World();
    const spec = { reference, description: "An order", attributes: [...attributes, { name: "team", value: "a" }] };
    const created = await world.request("POST", V1BETA3, eventType("v1beta3", spec));
    expect([created.code, created.body.spec]).toEqual([201, spec]);
    expect((await world.request("GET", `${V1BETA2}/e`)).body.spec).toEqual({
      type: "dev.order",
      source: "/shop",
      schema: "https://schemas.test/order",
      reference,
      description: "An order",
    });
    expect((await world.request("GET", `${V1BETA3}/e`)).body.spec).toEqual(spec);
  });

  test("[CP-VER-3] a list is in the version of its path", async () => {
    const world = new World();
    await world.request("POST", V1BETA2, eventType("v1beta2", members));
    const list = (await world.request("GET", V1BETA3)).body;
    expect(list).toMatchObject({
      apiVersion: "eventing.knative.dev/v1beta3",
      kind: "EventTypeList",
      items: [{ apiVersion: "eventing.knative.dev/v1beta3", spec: { attributes } }],
    });
  });

  test("[CP-VER-4] a label that is set through the other version costs nothing", async () => {
    const world = new World();
    await world.request("POST", V1BETA2, eventType("v1beta2", members));
    const labelled = await world.request("PATCH", `${V1BETA3}/e`, { metadata: { labels: { a: "b" } } });
    expect([labelled.code, labelled.body]).toMatchObject([
      200,
      { apiVersion: "eventing.knative.dev/v1beta3", metadata: { generation: 1, labels: { a: "b" } } },
    ]);
    const read = (await world.request("GET", `${V1BETA2}/e`)).body;
    expect(read).toMatchObject({ metadata: { generation: 1, labels: { a: "b" } } });
    expect(read.spec).toEqual(members);
  });

  test("[CP-VER-7] a spec that is changed through the other version rests in that version", async () => {
    const world = new World();
    await world.request("POST", V1BETA2, eventType("v1beta2", members));
    const changed = await world.request("PATCH", `${V1BETA3}/e`, { spec: { description: "Changed" } });
    expect([changed.code, changed.body]).toMatchObject([200, { metadata: { generation: 2 } }]);
    expect((await world.request("GET", `${V1BETA2}/e`)).body.spec).toEqual({
      type: "dev.order",
      source: "/shop",
      schema: "https://schemas.test/order",
      reference,
      description: "Changed",
    });
  });

  test("[CP-VER-5] a write in another version that changes nothing stores nothing", async () => {
    const world = new World();
    await world.request("POST", V1BETA2, eventType("v1beta2", members));
    const read = (await world.request("GET", `${V1BETA3}/e`)).body;
    const written = await world.request("PUT", `${V1BETA3}/e`, read);
    expect([written.code, written.body]).toEqual([200, read]);
    expect((await world.request("GET", `${V1BETA2}/e`)).body.spec).toEqual(members);
  });

  test("[CP-VER-6] each version knows its own fields alone", async () => {
    const world = new World();
    const strict = "?fieldValidation=Strict";
    const mixed = eventType("v1beta3", { attributes, type: "dev.order" });
    const refused = await world.request("POST", V1BETA3 + strict, mixed);
    expect([refused.code, refused.body.message]).toEqual([
      400,
      'EventType in version "v1beta3" cannot be handled as a EventType: strict decoding error: unknown field "spec.type"',
    ]);
    expect((await world.request("POST", V1BETA2 + strict, eventType("v1beta2", { attributes }))).code).toBe(400);
    expect((await world.request("POST", V1BETA2, eventType("v1beta3", { attributes }))).body.message).toBe(
      "the API version in the data (eventing.knative.dev/v1beta3) does not match the expected API version (eventing.knative.dev/v1beta2)",
    );
  });
});

describe("[CP-ETY] the status of an EventType", () => {
  async function statusOf(path: string, object: object): Promise<unknown> {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    expect((await world.request("POST", path, object)).code).toBe(201);
    await world.settle();
    return (await world.request("GET", `${path}/e`)).body.status;
  }

  function status(state: object): object {
    const lastTransitionTime = "2026-01-02T03:04:05Z";
    const condition = { lastTransitionTime, ...state };
    return {
      observedGeneration: 1,
      conditions: [
        { type: "Ready", ...condition },
        { type: "ReferenceExists", ...condition },
      ],
    };
  }

  test("[CP-ETY-1] what it refers to exists, in either version", async () => {
    const found = status({ status: "True" });
    expect(await statusOf(V1BETA2, eventType("v1beta2", { type: "a", broker: "b" }))).toEqual(found);
    expect(await statusOf(V1BETA2, eventType("v1beta2", { type: "a", reference }))).toEqual(found);
    expect(await statusOf(V1BETA3, eventType("v1beta3", { attributes, reference }))).toEqual(found);
  });

  test("[CP-ETY-2] what it refers to does not exist", async () => {
    const missing = { ...reference, name: "missing" };
    expect(await statusOf(V1BETA3, eventType("v1beta3", { attributes, reference: missing }))).toEqual(
      status({
        status: "False",
        reason: "ResourceDoesNotExist",
        message: "Resource in spec.reference does not exist",
      }),
    );
  });

  test("[CP-ETY-3] nobody can say whether an object of a kind exists that is not served", async () => {
    const elsewhere = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
    expect(await statusOf(V1BETA3, eventType("v1beta3", { attributes, reference: elsewhere }))).toEqual(
      status({
        status: "Unknown",
        reason: "ReferenceGetFailed",
        message:
          'Failed to get reference: failed to get object default/d: no matches for kind "Deployment" in version "apps/v1"',
      }),
    );
  });

  test("[CP-ETY-4] it need not refer to anything", async () => {
    const world = new World();
    await world.request("POST", V1BETA2, eventType("v1beta2", { type: "a" }));
    await world.settle();
    expect(conditions((await world.request("GET", `${V1BETA2}/e`)).body)).toEqual({
      Ready: "True",
      ReferenceExists: "True ReferenceNotSet",
    });
  });
});
