import { describe, expect, test } from "vitest";
import { eventKind } from "../../src/control-plane/kinds/core/event.ts";
import { type Answer, World } from "./control-plane-world.ts";

const CORE = "/api/v1/namespaces/default";

function create(plural: string, kind: string, content: object, world = new World()): Promise<Answer> {
  const manifest = { apiVersion: "v1", kind, metadata: { name: "x" }, ...content };
  return world.request("POST", `${CORE}/${plural}`, manifest);
}

const map = (content: object, world?: World) => create("configmaps", "ConfigMap", content, world);
const service = (spec: object) => create("services", "Service", { spec });

describe("[CP-CORE] ConfigMaps", () => {
  test("[CP-CORE-1] comes back as it was written, without status and generation", async () => {
    const { code, body } = await map({ data: { a: "1" }, binaryData: { b: "AQI=" } });
    expect([code, body]).toEqual([
      201,
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: "x",
          namespace: "default",
          uid: expect.any(String),
          creationTimestamp: "2026-01-02T03:04:05Z",
          resourceVersion: expect.any(String),
          managedFields: [
            {
              apiVersion: "v1",
              fieldsType: "FieldsV1",
              fieldsV1: { "f:binaryData": { ".": {}, "f:b": {} }, "f:data": { ".": {}, "f:a": {} } },
              manager: "unknown",
              operation: "Update",
              time: "2026-01-02T03:04:05Z",
            },
          ],
        },
        data: { a: "1" },
        binaryData: { b: "AQI=" },
      },
    ]);
  });

  test.each([
    [{ data: { "a b": "1" } }, 'invalid key name "a b": data[a b]'],
    [{ binaryData: { a: "no base64" } }, "the value is not base64: binaryData[a]"],
    [{ data: { a: "1" }, binaryData: { a: "AQI=" } }, 'invalid key name "a": binaryData[a]\ndata has the same key'],
  ])("[CP-CORE-2] %j is refused", async (content, why) => {
    const { code, body } = await map(content);
    expect([code, body.message]).toEqual([400, expect.stringContaining(why)]);
  });

  test("[CP-CORE-3] an immutable one keeps data and immutability; its labels may change", async () => {
    const world = new World();
    await map({ data: { a: "1" }, immutable: true }, world);
    const patch = (content: object) => world.request("PATCH", `${CORE}/configmaps/x`, content);
    const refused = await patch({ data: { a: "2" }, immutable: false });
    expect([refused.code, refused.body.message]).toEqual([
      400,
      "validation failed: must not set the field(s): data, immutable\nfield is immutable when `immutable` is set",
    ]);
    expect((await patch({ metadata: { labels: { a: "b" } } })).code).toBe(200);
  });
});

describe("[CP-CORE] Services", () => {
  test("[CP-CORE-4] Kubernetes' defaults; a target port is a number or a name", async () => {
    const { body } = await service({ ports: [{ port: 80 }, { name: "admin", port: 81, targetPort: "admin" }] });
    expect(body.spec).toEqual({
      type: "ClusterIP",
      sessionAffinity: "None",
      ports: [
        { protocol: "TCP", port: 80, targetPort: 80 },
        { protocol: "TCP", name: "admin", port: 81, targetPort: "admin" },
      ],
    });
    const wrong = await service({ ports: [{ port: 80, targetPort: true }] });
    expect([wrong.code, wrong.body.details.causes]).toEqual([
      422,
      [
        {
          reason: "FieldValueTypeInvalid",
          field: "spec.ports[0].targetPort",
          message: 'Invalid value: "boolean": spec.ports[0].targetPort in body must be of type string: "boolean"',
        },
      ],
    ]);
  });

  test.each([
    [{ type: "ExternalName" }, 400, "missing field(s): spec.externalName"],
    [
      { type: "ExternalName", externalName: "http://sink.test" },
      400,
      "invalid value: http://sink.test: spec.externalName",
    ],
    [{ type: "ExternalName", externalName: "sink.test:80" }, 400, "invalid value: sink.test:80: spec.externalName"],
    [{ ports: [{ port: 0 }] }, 400, "invalid value: 0: spec.ports[0].port"],
    [{ ports: [{ port: 65536 }] }, 400, "invalid value: 65536: spec.ports[0].port"],
    [{ ports: [{ name: "x" }] }, 422, "spec.ports[0].port: Required value"],
    [{ type: "Headless" }, 422, 'spec.type: Unsupported value: "Headless"'],
  ])("[CP-CORE-5] %j is refused", async (spec, code, why) => {
    const answer = await service(spec);
    expect([answer.code, answer.body.message]).toEqual([code, expect.stringContaining(why)]);
  });

  test("[CP-CORE-6] a name that cannot be a host name is refused", async () => {
    const named = { metadata: { name: "a.b" }, spec: {} };
    expect((await create("services", "Service", named)).code).toBe(422);
  });
});

describe("[CP-CORE] ServiceAccounts and Events", () => {
  test("[CP-CORE-7] a ServiceAccount with all its members", async () => {
    const content = {
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: "i" }],
      secrets: [{ name: "s" }],
    };
    const { code, body } = await create("serviceaccounts", "ServiceAccount", content);
    expect([code, body]).toMatchObject([201, content]);
  });

  test("[CP-CORE-8] an Event is about an object, of its own namespace", async () => {
    const content = {
      involvedObject: {
        apiVersion: "eventing.knative.dev/v1",
        kind: "Broker",
        name: "b",
        namespace: "default",
        uid: "u",
      },
      reason: "BrokerReady",
      message: "The Broker became ready",
      type: "Normal",
      count: 2,
      firstTimestamp: "2026-01-02T03:04:05Z",
      lastTimestamp: "2026-01-02T03:04:05Z",
      source: { component: "sluice" },
    };
    const { code, body } = await create("events", "Event", content);
    expect([code, body]).toMatchObject([201, content]);
    const elsewhere = { ...content, involvedObject: { ...content.involvedObject, namespace: "other" } };
    expect((await create("events", "Event", elsewhere)).body.message).toBe(
      "validation failed: invalid value: other: involvedObject.namespace\ndoes not match event.namespace",
    );
    const { involvedObject: _, ...aboutNothing } = content;
    expect((await create("events", "Event", aboutNothing)).code).toBe(422);
  });

  test("[CP-CORE-9] what Events can be selected by stays as it was; how often and when it happened does not", async () => {
    const world = new World();
    const involvedObject = { kind: "Broker", name: "b", namespace: "default" };
    await create("events", "Event", { involvedObject, reason: "R", type: "Normal" }, world);
    const patch = (content: unknown) => world.request("PATCH", `${CORE}/events/x`, content);
    const refused = await patch({ type: "Warning", reportingComponent: "c" });
    expect([refused.code, refused.body.message]).toEqual([
      400,
      'validation failed: Immutable fields changed (-old +new): reportingComponent\n\t-: null\n\t+: "c"\n' +
        'Immutable fields changed (-old +new): type\n\t-: "Normal"\n\t+: "Warning"',
    ]);
    const codes = [];
    for (const field of eventKind.selectableFields ?? []) {
      const names = field.split(".").reverse();
      codes.push((await patch(names.reduce<unknown>((value, name) => ({ [name]: value }), "other"))).code);
    }
    expect(codes).toEqual(Array(10).fill(400));
    expect((await patch({ count: 2, message: "again", lastTimestamp: "2026-01-02T03:04:06Z" })).code).toBe(200);
  });
});
