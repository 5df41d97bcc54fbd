/** What clients read about the API before they use it. */
import { describe, expect, test } from "vitest";
import { KINDS } from "../../src/control-plane/registry.ts";
import { World } from "./control-plane-world.ts";
import { rawRequest } from "./raw-request.ts";

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
const ALL_VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const STATUS_VERBS = ["get", "patch", "update"];

async function get(path: string, accept = "application/json") {
  return new World().request("GET", path, undefined, { accept });
}

describe("[CP-DISC] documents of their own", () => {
  test("[CP-DISC-1] /api and /apis", async () => {
    expect((await get("/api")).body).toEqual({ kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] });
    const { body } = await get("/apis");
    const group = (name: string, ...versions: string[]) => {
      const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
      return { name, versions: entries, preferredVersion: entries[0] };
    };
    expect(body).toMatchObject({ kind: "APIGroupList", apiVersion: "v1" });
    expect(body).toHaveProperty(
      "groups",
      expect.arrayContaining([
        group("apiextensions.k8s.io", "v1"),
        group("authentication.k8s.io", "v1"),
        group("authorization.k8s.io", "v1"),
      ]),
    );
    expect((await get("/apis/authorization.k8s.io")).body).toEqual({
      kind: "APIGroup",
      apiVersion: "v1",
      ...group("authorization.k8s.io", "v1"),
    });
  });

  test("[CP-DISC-2] the resources of a version, with their status", async () => {
    const { body } = await get("/apis/eventing.knative.dev/v1");
    expect(body).toMatchObject({
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: "eventing.knative.dev/v1",
    });
    expect(body).toHaveProperty(
      "resources",
      expect.arrayContaining([
        {
          name: "brokers",
          singularName: "broker",
          namespaced: true,
          kind: "Broker",
          verbs: ALL_VERBS,
          categories: ["all", "knative", "eventing"],
        },
        { name: "brokers/status", singularName: "", namespaced: true, kind: "Broker", verbs: STATUS_VERBS },
      ]),
    );
    const core = (await get("/api/v1")).body;
    expect(core).toHaveProperty("groupVersion", "v1");
    expect(core).toHaveProperty(
      "resources",
      expect.arrayContaining([
        {
          name: "namespaces",
          singularName: "namespace",
          namespaced: false,
          kind: "Namespace",
          verbs: ALL_VERBS,
          shortNames: ["ns"],
        },
      ]),
    );
  });

  test.each([
    ["/apis/authorization.k8s.io/v1", ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]],
    ["/apis/authentication.k8s.io/v1", ["selfsubjectreviews"], ["create"]],
    ["/apis/apiextensions.k8s.io/v1", ["customresourcedefinitions"], ["get", "list", "watch"]],
  ])("[CP-DISC-3] %s", async (path, names, verbs) => {
    const { body } = await get(path);
    expect(body).toMatchObject({ resources: names.map((name) => ({ name, verbs, namespaced: false })) });
  });

  test.each([
    "/apis/example.com",
    "/apis/example.com/v1",
    "/apis/eventing.knative.dev/v9",
    "/api/v2",
    "/apis/constructor",
  ])("[CP-DISC-4] %s is not there", async (path) => {
    const answer = await get(path);
    expect([answer.code, answer.body.reason]).toEqual([404, "NotFound"]);
  });

  test("[CP-DISC-5] a newer version is preferred to an older one, a stable one to both", async () => {
    const { body } = await get("/apis");
    for (const { group, versions } of KINDS) {
      if (group === "" || !versions.includes("v1")) continue;
      expect(body).toHaveProperty(
        "groups",
        expect.arrayContaining([
          expect.objectContaining({ name: group, preferredVersion: { groupVersion: `${group}/v1`, version: "v1" } }),
        ]),
      );
    }
  });
});

describe("[CP-DISC] in one document", () => {
  test.each([
    ["v2", AGGREGATED],
    ["v2beta1", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"],
  ])("[CP-DISC-6] as %s", async (version, accept) => {
    const { body, headers } = await get("/apis", accept);
    expect(headers.get("content-type")).toBe(
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
    const responseKind = { group: "eventing.knative.dev", version: "v1", kind: "Broker" };
    expect(body).toMatchObject({
      kind: "APIGroupDiscoveryList",
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items: expect.arrayContaining([
        {
          metadata: { name: "eventing.knative.dev" },
          versions: expect.arrayContaining([
            {
              version: "v1",
              freshness: "Current",
              resources: expect.arrayContaining([
                {
                  resource: "brokers",
                  responseKind,
                  scope: "Namespaced",
                  singularResource: "broker",
                  verbs: ALL_VERBS,
                  categories: ["all", "knative", "eventing"],
                  subresources: [{ subresource: "status", responseKind, verbs: STATUS_VERBS }],
                },
              ]),
            },
          ]),
        },
      ]),
    });
  });

  test("[CP-DISC-7] the core group is at /api", async () => {
    expect((await get("/api", AGGREGATED)).body).toMatchObject({
      items: [{ metadata: {}, versions: [{ version: "v1", resources: expect.any(Array) }] }],
    });
  });

  test("[CP-DISC-8] every served version of every kind is there, and nothing twice", async () => {
    const bodies = [(await get("/api", AGGREGATED)).body, (await get("/apis", AGGREGATED)).body];
    const text = JSON.stringify(bodies);
    for (const { group, kind, versions } of KINDS) {
      for (const version of versions) {
        const responseKind = JSON.stringify({ group, version, kind });
        expect(text.split(`"responseKind":${responseKind},"scope"`)).toHaveLength(2);
      }
    }
  });

  test("[CP-DISC-9] one group has no such form: a client gets the plain one if it takes it", async () => {
    expect((await get("/apis/eventing.knative.dev", AGGREGATED)).body.kind).toBe("APIGroup");
    expect((await get("/apis", "application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList")).code).toBe(406);
  });

  test("[CP-DISC-10] a client that has it is told so", async () => {
    const world = new World();
    const first = await rawRequest(world, "/apis", { headers: { accept: AGGREGATED } });
    const etag = first.headers.get("etag") ?? "";
    const headers = { accept: AGGREGATED, "if-none-match": `"old", W/${etag}` };
    const again = await rawRequest(world, "/apis", { headers });
    expect([again.code, again.text, again.headers.get("etag")]).toEqual([304, "", etag]);
    const plain = await rawRequest(world, "/apis", { headers: { "if-none-match": etag } });
    expect(plain.code).toBe(200);
  });
});

describe("[CP-DISC] version", () => {
  test("[CP-DISC-11] is one that kubectl can read", async () => {
    const { body } = await get("/version");
    expect(body).toMatchObject({ major: "1", minor: expect.stringMatching(/^\d+$/) });
    expect(body).toHaveProperty("gitVersion", expect.stringMatching(/^v1\.\d+\.\d+\+sluice$/));
  });
});
