/** CustomResourceDefinitions, made from the kinds that are served. */
import { describe, expect, test } from "vitest";
import { KINDS } from "../../src/control-plane/registry.ts";
import { BROKERS, broker, World } from "./control-plane-world.ts";
import { watch } from "./watch-reader.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

describe("[CP-CRD] definitions", () => {
  test("[CP-CRD-1] of a Broker", async () => {
    const { body } = await new World().request("GET", `${DEFINITIONS}/brokers.eventing.knative.dev`);
    const names = {
      plural: "brokers",
      singular: "broker",
      kind: "Broker",
      listKind: "BrokerList",
      shortNames: [],
      categories: ["all", "knative", "eventing"],
    };
    const condition = { status: "True", message: "", lastTransitionTime: "2026-01-02T03:04:05Z" };
    expect(body).toEqual({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: "brokers.eventing.knative.dev",
        uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        resourceVersion: "1",
        generation: 1,
        creationTimestamp: "2026-01-02T03:04:05Z",
        labels: { "knative.dev/crd-install": "true", "duck.knative.dev/addressable": "true" },
      },
      spec: {
        group: "eventing.knative.dev",
        names,
        scope: "Namespaced",
        conversion: { strategy: "None" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: expect.objectContaining({ type: "object" }) },
            subresources: { status: {} },
            additionalPrinterColumns: expect.arrayContaining([
              { name: "URL", type: "string", jsonPath: ".status.address.url" },
            ]),
          },
        ],
      },
      status: {
        acceptedNames: names,
        storedVersions: ["v1"],
        conditions: [
          { ...condition, type: "NamesAccepted", reason: "NoConflicts" },
          { ...condition, type: "Established", reason: "InitialNamesAccepted" },
        ],
      },
    });
    expect(body.spec).toMatchObject({
      versions: [
        {
          schema: {
            openAPIV3Schema: {
              properties: {
                metadata: { type: "object" },
                spec: { properties: { delivery: { properties: { retry: { type: "integer", format: "int32" } } } } },
              },
            },
          },
        },
      ],
    });
  });

  test("[CP-CRD-2] there is one for each kind outside the core group, in order of their names", async () => {
    const { body } = await new World().request("GET", DEFINITIONS);
    expect(body).toMatchObject({ kind: "CustomResourceDefinitionList", apiVersion: "apiextensions.k8s.io/v1" });
    const expected = KINDS.filter(({ group }) => group !== "").map(({ group, plural }) => `${plural}.${group}`);
    expect(body.items.map((item) => item.metadata.name)).toEqual(expected.sort());
  });

  test("[CP-CRD-3] sources are found by their label, as kn looks for them", async () => {
    const { body } = await new World().request("GET", `${DEFINITIONS}?labelSelector=duck.knative.dev/source%3Dtrue`);
    const sources = KINDS.filter(({ group }) => group === "sources.knative.dev").map(
      ({ group, plural }) => `${plural}.${group}`,
    );
    expect(body.items.map((item) => item.metadata.name)).toEqual(sources.sort());
  });

  test("[CP-CRD-4] as a table", async () => {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const path = `${DEFINITIONS}?fieldSelector=metadata.name%3Dbrokers.eventing.knative.dev`;
    expect((await new World().request("GET", path, undefined, { accept })).body).toMatchObject({
      kind: "Table",
      columnDefinitions: [{ name: "Name" }, { name: "Created At" }],
      rows: [{ cells: ["brokers.eventing.knative.dev", "2026-01-02T03:04:05Z"] }],
    });
  });

  test("[CP-CRD-5] they cannot be written, and what is not served has none", async () => {
    const world = new World();
    for (const [method, path] of [
      ["POST", DEFINITIONS],
      ["DELETE", DEFINITIONS],
      ["PUT", `${DEFINITIONS}/brokers.eventing.knative.dev`],
      ["PATCH", `${DEFINITIONS}/brokers.eventing.knative.dev`],
    ] as const) {
      const answer = await world.request(method, path, {});
      expect([answer.code, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    const missing = await world.request("GET", `${DEFINITIONS}/namespaces`);
    expect([missing.code, missing.body.message]).toEqual([
      404,
      'customresourcedefinitions.apiextensions.k8s.io "namespaces" not found',
    ]);
    expect((await world.request("GET", `${DEFINITIONS}/brokers.eventing.knative.dev/status`)).code).toBe(404);
  });

  test("[CP-CRD-6] a watch shows what there is, says when that is all, and then nothing", async () => {
    const world = new World();
    const field = "fieldSelector=metadata.name%3Dbrokers.eventing.knative.dev";
    const listed = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const first = await watch(world, `${DEFINITIONS}?watch=true&${field}&${listed}`);
    const definition = (await world.request("GET", `${DEFINITIONS}/brokers.eventing.knative.dev`)).body;
    expect(await first.take(2)).toMatchObject([
      { type: "ADDED", object: definition },
      { type: "BOOKMARK", object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } } },
    ]);
    await world.request("POST", BROKERS, broker("b"));
    expect(await first.take()).toEqual([]);
    const { body } = await world.request("GET", DEFINITIONS);
    const after = await watch(world, `${DEFINITIONS}?watch=1&resourceVersion=${body.metadata.resourceVersion}`);
    expect(await after.take()).toEqual([]);
  });
});
