/** OpenAPI documents: what `kubectl explain`, validation and other tools read. */
import { describe, expect, test } from "vitest";
import { SERVED_RESOURCES } from "../../src/control-plane/discovery/served-resources.ts";
import { World } from "./control-plane-world.ts";
import { rawRequest } from "./raw-request.ts";

const EVENTING = "/openapi/v3/apis/eventing.knative.dev/v1";
const PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

async function document(path: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await rawRequest(new World(), path);
  expect(answer.code).toBe(200);
  return JSON.parse(answer.text);
}

describe("[CP-OAPI] version 3", () => {
  test("[CP-OAPI-1] the index leads to a document of each version, which may be kept for ever", async () => {
    const world = new World();
    const { paths }: { paths: Readonly<Record<string, { serverRelativeURL: string }>> } = JSON.parse(
      (await rawRequest(world, "/openapi/v3")).text,
    );
    const expected = SERVED_RESOURCES.map(({ group, version }) =>
      group === "" ? `api/${version}` : `apis/${group}/${version}`,
    );
    expect(new Set(Object.keys(paths))).toEqual(new Set(expected));
    for (const { serverRelativeURL } of Object.values(paths)) {
      const answer = await rawRequest(world, serverRelativeURL);
      const hash = new URL(serverRelativeURL, "http://x").searchParams.get("hash");
      expect([answer.code, answer.headers.get("etag"), answer.headers.get("cache-control")]).toEqual([
        200,
        `"${hash}"`,
        "public, max-age=31536000, immutable",
      ]);
      const known = { "if-none-match": `"${hash}"` };
      expect((await rawRequest(world, serverRelativeURL, { headers: known })).code).toBe(304);
    }
  });

  test("[CP-OAPI-2] without its hash, or with an old one, a document is not kept", async () => {
    for (const path of [EVENTING, `${EVENTING}?hash=old`]) {
      expect((await rawRequest(new World(), path)).headers.get("cache-control")).toBe("no-cache");
    }
  });

  test("[CP-OAPI-3] writes name their parameters and their kind", async () => {
    const groupVersionKind = { group: "eventing.knative.dev", version: "v1", kind: "Broker" };
    const names = (...parameters: string[]) =>
      expect.arrayContaining(parameters.map((name) => expect.objectContaining({ name, in: "query" })));
    const collection = "/apis/eventing.knative.dev/v1/namespaces/{namespace}/brokers";
    const writes = { parameters: names("dryRun", "fieldValidation", "fieldManager") };
    expect((await document(EVENTING)).paths).toMatchObject({
      [collection]: {
        parameters: [{ name: "namespace", in: "path", required: true }],
        get: { "x-kubernetes-action": "list", parameters: names("labelSelector", "watch") },
        post: { ...writes, "x-kubernetes-action": "post", "x-kubernetes-group-version-kind": groupVersionKind },
        delete: { "x-kubernetes-action": "deletecollection" },
      },
      [`${collection}/{name}`]: {
        parameters: [{ name: "namespace" }, { name: "name" }],
        put: { ...writes, "x-kubernetes-action": "put" },
        patch: {
          parameters: names("dryRun", "fieldValidation", "force"),
          // With strategic merge patches among them kubectl would send such patches for custom kinds.
          requestBody: {
            content: expect.not.objectContaining({ "application/strategic-merge-patch+json": expect.anything() }),
          },
          "x-kubernetes-action": "patch",
          "x-kubernetes-group-version-kind": groupVersionKind,
        },
      },
      [`${collection}/{name}/status`]: { get: {}, put: {}, patch: {} },
      "/apis/eventing.knative.dev/v1/brokers": { get: {} },
    });
  });

  test("[CP-OAPI-4] what has few verbs has few operations", async () => {
    const { paths } = await document("/openapi/v3/apis/authorization.k8s.io/v1");
    expect(paths).toEqual({
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { post: expect.any(Object) },
      "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": { post: expect.any(Object) },
    });
  });

  test("[CP-OAPI-5] schemas have the kinds' names, descriptions and shared metadata", async () => {
    expect((await document(EVENTING)).components).toMatchObject({
      schemas: {
        "dev.knative.eventing.v1.Broker": {
          type: "object",
          properties: {
            metadata: { allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }] },
            spec: { properties: { delivery: { properties: { retry: { type: "integer", format: "int32" } } } } },
          },
          "x-kubernetes-group-version-kind": [{ group: "eventing.knative.dev", version: "v1", kind: "Broker" }],
        },
        "dev.knative.eventing.v1.BrokerList": {
          properties: {
            items: {
              type: "array",
              items: { allOf: [{ $ref: "#/components/schemas/dev.knative.eventing.v1.Broker" }] },
            },
          },
        },
        "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": { properties: { name: { type: "string" } } },
      },
    });
    expect((await document("/openapi/v3/api/v1")).components).toMatchObject({
      schemas: { "io.k8s.api.core.v1.Secret": { "x-kubernetes-group-version-kind": [{ group: "", kind: "Secret" }] } },
    });
  });

  test("[CP-OAPI-10] every kind says what it is, and what its members and those of its spec are", () => {
    const silent = SERVED_RESOURCES.filter(({ group }) => !group.endsWith(".k8s.io")).flatMap(({ kind, schema }) => {
      const { spec } = schema.properties;
      const members = { ...schema.properties, ...(spec !== undefined && "properties" in spec ? spec.properties : {}) };
      const named = Object.entries(members).map(([name, each]) => [`${kind}.${name}`, each.description] as const);
      return [[kind, schema.description] as const, ...named].flatMap(([name, text]) =>
        text === undefined ? name : [],
      );
    });
    expect(silent).toEqual([]);
  });

  test("[CP-OAPI-6] every reference leads somewhere", async () => {
    for (const { group, version } of SERVED_RESOURCES) {
      const place = group === "" ? `api/${version}` : `apis/${group}/${version}`;
      const { components, ...rest } = await document(`/openapi/v3/${place}`);
      const wanted = JSON.stringify([components, rest]).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
      const missing = [...wanted]
        .map(([, name]) => name)
        .filter((name) => !JSON.stringify(components).includes(`"${name}":`));
      expect(missing).toEqual([]);
    }
  });
});

describe("[CP-OAPI] version 2", () => {
  test("[CP-OAPI-7] the smallest protobuf document for kubectl", async () => {
    const answer = await rawRequest(new World(), "/openapi/v2", { headers: { accept: PROTOBUF } });
    expect([answer.code, answer.headers.get("content-type"), [...answer.bytes]]).toEqual([
      200,
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
      [0x0a, 0x03, 0x32, 0x2e, 0x30],
    ]);
  });

  test("[CP-OAPI-8] schemas in JSON for those who ask for it, 406 for what there is not", async () => {
    const { definitions, swagger } = await document("/openapi/v2");
    expect(swagger).toBe("2.0");
    expect(definitions).toMatchObject({
      "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": { type: "object" },
      "dev.knative.eventing.v1.Trigger": {
        properties: { metadata: { $ref: "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" } },
      },
      "io.k8s.api.core.v1.Namespace": { type: "object" },
    });
    const refused = await rawRequest(new World(), "/openapi/v2", { headers: { accept: "text/html" } });
    expect(refused.code).toBe(406);
  });

  test.each([
    "/openapi",
    "/openapi/v1",
    "/openapi/v2/x",
    "/openapi/v3/apis",
    "/openapi/v3/apis/eventing.knative.dev",
    "/openapi/v3/api/v2",
    "/openapi/v3/x/y/z",
    "/openapi/v3/apis/eventing.knative.dev/v1/x",
  ])("[CP-OAPI-9] %s is not there", async (path) => {
    const answer = await new World().request("GET", path);
    expect([answer.code, answer.body.reason]).toEqual([404, "NotFound"]);
  });
});
