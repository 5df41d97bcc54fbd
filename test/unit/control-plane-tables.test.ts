/** How objects are shown: tables, metadata alone, columns, ages. */
import { describe, expect, test } from "vitest";
import { ageText } from "../../src/control-plane/presentation/age-text.ts";
import {
  CONFIG_MAP_COLUMNS,
  EVENT_COLUMNS,
  SERVICE_ACCOUNT_COLUMNS,
  SERVICE_COLUMNS,
} from "../../src/control-plane/presentation/core-columns.ts";
import { parseJsonPath } from "../../src/control-plane/presentation/json-path.ts";
import { presentEvent } from "../../src/control-plane/presentation/present.ts";
import { tableOf } from "../../src/control-plane/presentation/table.ts";
import { KINDS, kindOf } from "../../src/control-plane/registry.ts";
import { BROKERS as BROKER_RESOURCE } from "../../src/control-plane/resource-names.ts";
import { columnsIn } from "../../src/control-plane/resources/versions.ts";
import { BROKERS, broker, KEY, SECRETS, secret, World } from "./control-plane-world.ts";

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

describe("[CP-TAB] requests", () => {
  test("[CP-TAB-1] a list as kubectl asks for it", async () => {
    const world = new World();
    const created = await world.request("POST", BROKERS, broker("b", {}, { labels: { a: "b" } }));
    const { uid, resourceVersion } = created.body.metadata;
    world.nowMs += 330_000;
    const answer = await world.request("GET", `${BROKERS}?limit=500`, undefined, TABLE);
    const string = { type: "string", format: "", description: "", priority: 0 };
    expect([answer.headers.get("content-type"), answer.body]).toEqual([
      "application/json",
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        metadata: { resourceVersion },
        columnDefinitions: [
          {
            ...string,
            name: "Name",
            format: "name",
            description: "Name of the object, unique among those of its kind in its namespace.",
          },
          { ...string, name: "URL" },
          { ...string, name: "Age", type: "date" },
          { ...string, name: "Ready" },
          { ...string, name: "Reason" },
          { ...string, name: "Class", priority: 1 },
        ],
        rows: [
          {
            cells: ["b", null, "5m30s", null, null, "MTChannelBasedBroker"],
            object: {
              kind: "PartialObjectMetadata",
              apiVersion: "meta.k8s.io/v1",
              metadata: {
                name: "b",
                namespace: "default",
                labels: { a: "b" },
                annotations: { "eventing.knative.dev/broker.class": "MTChannelBasedBroker" },
                uid,
                creationTimestamp: "2026-01-02T03:04:05Z",
                generation: 1,
                resourceVersion,
              },
            },
          },
        ],
      },
    ]);
  });

  test("[CP-TAB-2] one object; ready after its channel has answered", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    const { resourceVersion } = (await world.request("GET", `${BROKERS}/b`)).body.metadata;
    const answer = await world.request("GET", `${BROKERS}/b`, undefined, TABLE);
    expect(answer.body).toMatchObject({
      kind: "Table",
      metadata: { resourceVersion },
      rows: [{ cells: ["b", "http://sluice.test/default/b", "0s", "True", null, "MTChannelBasedBroker"] }],
    });
  });

  test("[CP-TAB-3] includeObject chooses what goes with a row", async () => {
    const world = new World();
    const created = await world.request("POST", BROKERS, broker("b"));
    const row = async (include: string) => {
      const { body } = await world.request("GET", `${BROKERS}?includeObject=${include}`, undefined, TABLE);
      return body;
    };
    const { managedFields, ...metadata } = created.body.metadata;
    expect(managedFields).toHaveLength(2);
    expect(await row("Object")).toMatchObject({ rows: [{ object: { ...created.body, metadata } }] });
    expect(await row("None")).toMatchObject({ rows: [{ object: null }] });
    expect(await row("Metadata")).toMatchObject({ rows: [{ object: { kind: "PartialObjectMetadata" } }] });
    expect(await row("All")).toMatchObject({
      code: 400,
      message: 'includeObject must be one of Object, Metadata, None, not "All"',
    });
  });

  test("[CP-TAB-4] pages go on in tables", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("a"));
    const { resourceVersion } = (await world.request("POST", BROKERS, broker("b"))).body.metadata;
    const first = await world.request("GET", `${BROKERS}?limit=1`, undefined, TABLE);
    const next = await world.request(
      "GET",
      `${BROKERS}?limit=1&continue=${first.body.metadata.continue}`,
      undefined,
      TABLE,
    );
    expect([first.body, next.body]).toMatchObject([
      { rows: [{ object: { metadata: { name: "a" } } }] },
      { metadata: { resourceVersion }, rows: [{ object: { metadata: { name: "b" } } }] },
    ]);
  });

  test("[CP-TAB-5] metadata alone, of one and of all", async () => {
    const world = new World();
    const { body } = await world.request("POST", BROKERS, broker("b"));
    const as = (name: string) => ({ accept: `application/json;as=${name};v=v1;g=meta.k8s.io` });
    const partial = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: body.metadata };
    const one = await world.request("GET", `${BROKERS}/b`, undefined, as("PartialObjectMetadata"));
    expect(one.body).toEqual(partial);
    const all = await world.request("GET", BROKERS, undefined, as("PartialObjectMetadataList"));
    expect(all.body).toEqual({
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: body.metadata.resourceVersion },
      items: [partial],
    });
  });

  test("[CP-TAB-6] Secrets show how much they hold, namespaces their phase", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, secret("s", { a: "1", b: "2" }));
    const secrets = await world.request("GET", SECRETS, undefined, TABLE);
    expect(secrets.body).toMatchObject({ rows: [{ cells: ["s", "Opaque", "2", "0s"] }] });
    const namespace = await world.request("GET", "/api/v1/namespaces/default", undefined, TABLE);
    expect(namespace.body).toMatchObject({ rows: [{ cells: ["default", "Active", "0s"] }] });
  });

  test.each([
    ["application/vnd.kubernetes.protobuf,application/json", 200, "BrokerList"],
    ["application/json;as=Table;v=v2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io", 200, "Table"],
    ["application/json;q=0.5,application/json;as=Table;v=v1;g=meta.k8s.io", 200, "Table"],
    ["text/html,*/*;q=0.8", 200, "BrokerList"],
    ["application/*", 200, "BrokerList"],
    ["", 200, "BrokerList"],
    ["application/json;q=0", 406, "Status"],
    ["application/json;as=Chart;v=v1;g=meta.k8s.io", 406, "Status"],
    ["application/yaml", 406, "Status"],
    [";;,=", 406, "Status"],
  ])("[CP-TAB-7] Accept: %s", async (accept, code, kind) => {
    const answer = await new World().request("GET", BROKERS, undefined, { accept });
    expect([answer.code, answer.body.kind]).toEqual([code, kind]);
  });
});

describe("[CP-TAB] rows", () => {
  const kind = kindOf(BROKER_RESOURCE) ?? expect.fail("Broker is not registered");
  const object = {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Broker",
    metadata: { name: "b", resourceVersion: "7", creationTimestamp: "2026-01-02T03:03:05Z", managedFields: [{}] },
  };
  const as = { kind: "table", version: "v1", include: "Metadata" } as const;

  test("[CP-TAB-8] an event of a watch is a table of one row; the first names the columns; nobody sees managedFields", () => {
    const subject = { kind, version: "v1" };
    const first = presentEvent(subject, object, { as, nowMs: NOW_MS, isFirst: true });
    const second = presentEvent(subject, object, { as, nowMs: NOW_MS, isFirst: false });
    expect(first).toMatchObject({ columnDefinitions: { length: 6 } });
    expect(second).toEqual({
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "7" },
      columnDefinitions: [],
      rows: [
        {
          cells: ["b", null, "60s", null, null, null],
          object: {
            kind: "PartialObjectMetadata",
            apiVersion: "meta.k8s.io/v1",
            metadata: { name: "b", resourceVersion: "7", creationTimestamp: "2026-01-02T03:03:05Z" },
          },
        },
      ],
    });
    expect(presentEvent(subject, object, { as: { kind: "object" }, nowMs: NOW_MS, isFirst: true })).toEqual(object);
  });

  test.each([
    ["integer", 7, 7],
    ["integer", "7", null],
    ["number", 0.5, 0.5],
    ["boolean", true, true],
    ["boolean", "true", null],
    ["string", { a: [1] }, '{"a":[1]}'],
    ["string", 7, "7"],
    ["string", null, null],
    ["date", "2026-01-02T03:04:00Z", "5s"],
    ["date", "soon", "<invalid>"],
    ["date", 7, "<invalid>"],
  ] as const)("[CP-TAB-9] a cell of type %s with %j", (type, value, cell) => {
    const columns = [{ name: "X", type, jsonPath: ".x" }];
    const options = { version: "v1", include: "None", nowMs: NOW_MS, metadata: {}, withColumns: false } as const;
    expect(tableOf(columns, [{ x: value }], options)).toMatchObject({ rows: [{ cells: [null, cell] }] });
  });

  test.each([
    [
      "ConfigMap",
      CONFIG_MAP_COLUMNS,
      {
        data: { a: "1" },
        binaryData: { b: "", c: "" },
        metadata: { name: "n", creationTimestamp: "2026-01-01T00:00:00Z" },
      },
      ["n", "3", "27h"],
    ],
    ["ServiceAccount", SERVICE_ACCOUNT_COLUMNS, { metadata: { name: "n" } }, ["n", "0", null]],
    [
      "Service",
      SERVICE_COLUMNS,
      { metadata: { name: "n" } },
      ["n", "ClusterIP", "<none>", "<none>", "<none>", null, "<none>"],
    ],
    [
      "Service",
      SERVICE_COLUMNS,
      { metadata: { name: "n" }, spec: { type: "ExternalName", externalName: "example.com" } },
      ["n", "ExternalName", "<none>", "example.com", "<none>", null, "<none>"],
    ],
    [
      "Service",
      SERVICE_COLUMNS,
      {
        metadata: { name: "n" },
        spec: {
          type: "LoadBalancer",
          clusterIP: "10.0.0.1",
          externalIPs: ["192.0.2.1"],
          ports: [{ port: 80 }, { port: 443, nodePort: 30443, protocol: "UDP" }],
          selector: { b: "2", a: "1" },
        },
        status: { loadBalancer: { ingress: [{ hostname: "lb.test" }] } },
      },
      ["n", "LoadBalancer", "10.0.0.1", "lb.test,192.0.2.1", "80/TCP,443:30443/UDP", null, "a=1,b=2"],
    ],
    [
      "Event",
      EVENT_COLUMNS,
      {
        metadata: { name: "n" },
        type: "Warning",
        reason: "Failed",
        message: "it broke\n",
        involvedObject: { kind: "Broker", name: "b" },
        source: { component: "sluice" },
        firstTimestamp: "2026-01-02T03:00:05Z",
        lastTimestamp: "2026-01-02T03:04:00Z",
        count: 4,
      },
      ["5s", "Warning", "Failed", "broker/b", "sluice", "it broke", "4m", "4", "n"],
    ],
    [
      "Event",
      EVENT_COLUMNS,
      { metadata: { name: "n" }, eventTime: "2026-01-02T03:04:05.000000Z", reportingComponent: "x" },
      ["0s", null, null, "/", "x", "", "0s", "1", "n"],
    ],
  ])("[CP-TAB-10] %s %#", (_kind, columns, shown, cells) => {
    const options = { version: "v1", include: "None", nowMs: NOW_MS, metadata: {}, withColumns: false } as const;
    expect(tableOf(columns, [shown], options)).toMatchObject({ rows: [{ cells }] });
  });
});

describe("[CP-TAB] JSONPaths of columns", () => {
  const value = {
    a: {
      "b.c": 1,
      d: [
        { type: "Ready", s: "T" },
        { type: "X", s: "F" },
      ],
    },
    constructor: "own",
  };
  test.each([
    [".a.d[0].s", ["T"]],
    [".a.d[*].s", ["T", "F"]],
    ['.a.d[?(@.type=="X")].s', ["F"]],
    [".a.d[?(@.type == 'Ready')].s", ["T"]],
    [".a.b\\.c", [1]],
    [".a['b.c']", [1]],
    [".a[*]", [1, value.a.d]],
    [".constructor", ["own"]],
    [".a.constructor", []],
    [".a.d[7]", []],
    [".a.d.s", []],
    [".a[0]", []],
  ])("[CP-TAB-11] %s", (path, found) => {
    expect(parseJsonPath(path)?.(value)).toEqual(found);
  });

  test.each(["a", ".a[", ".a..b", ".a[?(@.b>1)]", "$.a", ".a[-1]"])("[CP-TAB-12] %s cannot be read", (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });

  test("[CP-TAB-13] every column of every kind can be read", () => {
    const unreadable = KINDS.flatMap((kind) =>
      kind.versions.flatMap((version) =>
        columnsIn(kind, version).flatMap((column) =>
          "cell" in column || parseJsonPath(column.jsonPath) !== undefined ? [] : [`${kind.kind} ${column.jsonPath}`],
        ),
      ),
    );
    expect(unreadable).toEqual([]);
  });
});

describe("[CP-TAB] ages, as kubectl writes them", () => {
  const second = 1;
  const minute = 60;
  const hour = 3600;
  const day = 24 * hour;
  test.each([
    [-2, "<invalid>"],
    [-1, "0s"],
    [0, "0s"],
    [119, "119s"],
    [2 * minute, "2m"],
    [5 * minute + 30 * second, "5m30s"],
    [10 * minute + 59 * second, "10m"],
    [179 * minute, "179m"],
    [3 * hour, "3h"],
    [7 * hour + 59 * minute, "7h59m"],
    [8 * hour + 59 * minute, "8h"],
    [47 * hour, "47h"],
    [2 * day, "2d"],
    [3 * day + 4 * hour, "3d4h"],
    [8 * day + 4 * hour, "8d"],
    [729 * day, "729d"],
    [730 * day, "2y"],
    [800 * day, "2y70d"],
    [8 * 365 * day + 100 * day, "8y"],
  ])("[CP-TAB-14] %i seconds: %s", (seconds, text) => {
    expect(ageText(new Date(NOW_MS - seconds * 1000).toISOString(), NOW_MS)).toBe(text);
  });

  test("[CP-TAB-15] no time is unknown", () => {
    expect(ageText(undefined, NOW_MS)).toBe("<unknown>");
  });
});
