import { describe, expect, test } from "vitest";
import { BROKERS, broker, entriesIn, KEY, managersIn, SECRETS, secret, World } from "./control-plane-world.ts";

const JSON_PATCH = { "content-type": "application/json-patch+json" };
const STRATEGIC = { "content-type": "application/strategic-merge-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };

const applied = (world: World, name: string, body: object | string, query = "fieldManager=kubectl") =>
  world.request("PATCH", `${BROKERS}/${name}?${query}`, body, APPLY);

/** One second later. */
function tick(world: World): void {
  world.nowMs += 1000;
}

describe("[CP-PATCH] patches of every kind", () => {
  test("[CP-PATCH-1] a JSON patch changes and tests; one that fails changes nothing", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const patch = [
      { op: "test", path: "/spec/delivery/retry", value: 10 },
      { op: "replace", path: "/spec/delivery/retry", value: 6 },
    ];
    const patched = await world.request("PATCH", `${BROKERS}/b`, patch, JSON_PATCH);
    expect([patched.code, patched.body.spec.delivery.retry]).toEqual([200, 6]);
    const failed = await world.request("PATCH", `${BROKERS}/b`, patch, JSON_PATCH);
    expect([failed.code, failed.body.reason, failed.body.message]).toEqual([
      422,
      "Invalid",
      "the JSON patch cannot be carried out: operation 0 (test /spec/delivery/retry): the value is another one",
    ]);
    const missing = await world.request("PATCH", `${BROKERS}/none`, patch, JSON_PATCH);
    expect(missing.code).toBe(404);
    expect((await world.request("PATCH", `${BROKERS}/b`, [{ op: "remove", path: "/spec" }], JSON_PATCH)).code).toBe(
      200,
    );
  });

  test("[CP-PATCH-2] a strategic merge patch is for core kinds; others answer 415, whereupon kubectl says so", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, secret("s", { a: "1" }, { finalizers: ["x/y"] }));
    const patch = { data: { b: "Mg==" }, metadata: { finalizers: ["z/y"] } };
    const patched = await world.request("PATCH", `${SECRETS}/s`, patch, STRATEGIC);
    expect(patched.body).toMatchObject({ data: { a: "MQ==", b: "Mg==" }, metadata: { finalizers: ["x/y", "z/y"] } });
    await world.request("POST", BROKERS, broker("b"));
    const refused = await world.request("PATCH", `${BROKERS}/b`, {}, STRATEGIC);
    expect([refused.code, refused.body.reason, refused.body.message]).toEqual([
      415,
      "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    ]);
  });

  test.each([
    ["application/merge-patch+json", '{"metadata":{"annotations":{"__proto__":"x","constructor":"y"}}}'],
    [
      "application/json-patch+json",
      '[{"op":"add","path":"/metadata/annotations/__proto__","value":"x"},{"op":"add","path":"/metadata/annotations/constructor","value":"y"}]',
    ],
    ["application/strategic-merge-patch+json", '{"metadata":{"annotations":{"__proto__":"x","constructor":"y"}}}'],
    [
      "application/apply-patch+yaml",
      '{"apiVersion":"v1","kind":"Secret","metadata":{"annotations":{"__proto__":"x","constructor":"y"}}}',
    ],
  ])(
    "[CP-PATCH-3] %s: keys like a prototype's are data, and names that Kubernetes allows no other",
    async (type, body) => {
      const world = new World({ encryptionKey: KEY });
      await world.request("POST", SECRETS, secret("s", {}, { annotations: { a: "1" } }));
      const answer = await world.request("PATCH", `${SECRETS}/s?fieldManager=m`, body, { "content-type": type });
      expect([answer.code, answer.body.kind]).toEqual([422, "Status"]);
      expect(answer.body.message).toContain('Invalid value: "__proto__"');
      const allowed = await world.request(
        "PATCH",
        `${SECRETS}/s?fieldManager=m`,
        body.replaceAll("__proto__", "prototype"),
        {
          "content-type": type,
        },
      );
      expect(allowed.body.metadata.annotations).toEqual({ a: "1", prototype: "x", constructor: "y" });
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  test.each([
    ["application/json-patch+json", "{}", 400],
    ["application/json-patch+json", '[{"op":"add","path":"","value":1}]', 400],
    ["application/json-patch+json", '[{"op":"replace","path":"/metadata/name","value":"c"}]', 400],
    [
      "application/json-patch+json",
      `[{"op":"add","path":"/spec/delivery","value":${"[".repeat(64)}${"]".repeat(64)}}]`,
      400,
    ],
    ["application/json-patch+json", `${"[".repeat(10_000)}`, 400],
    ["application/merge-patch+json", "[]", 400],
    ["application/merge-patch+json", '{"spec":{"delivery":{"retry":"x"}}}', 422],
    ["application/merge-patch+json", '{"spec":{"delivery":{"retry":1e400}}}', 422],
    ["application/merge-patch+json", '{"spec":null,"kind":null}', 400],
    ["application/apply-patch+yaml", "[]", 400],
    ["application/apply-patch+yaml", "{}", 400],
    [
      "application/apply-patch+yaml",
      '{"apiVersion":"eventing.knative.dev/v1","kind":"Broker","metadata":{"name":"c"}}',
      400,
    ],
    ["application/apply-patch+yaml", '{"apiVersion":"eventing.knative.dev/v1","kind":"Broker","metadata":[]}', 422],
    [
      "application/apply-patch+yaml",
      '{"apiVersion":"eventing.knative.dev/v1","kind":"Broker","metadata":{"ownerReferences":[{"name":"x"}]}}',
      422,
    ],
    [
      "application/apply-patch+yaml",
      '{"apiVersion":"eventing.knative.dev/v1","kind":"Broker","metadata":{"managedFields":[{}]}}',
      400,
    ],
    ["application/merge-patch+json", '{"metadata":{"managedFields":[{"operation":"x"}]}}', 422],
    ["application/merge-patch+json", '{"metadata":{"managedFields":[1]}}', 422],
    ["text/plain", "x", 415],
  ])("[CP-PATCH-4] %s %s: %i", async (type, body, code) => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const before = (await world.request("GET", `${BROKERS}/b`)).body;
    const answer = await world.request("PATCH", `${BROKERS}/b?fieldManager=m`, body, { "content-type": type });
    expect([answer.code, answer.body.kind, answer.body.code]).toEqual([code, "Status", code]);
    expect((await world.request("GET", `${BROKERS}/b`)).body).toEqual(before);
  });
});

describe("[CP-WRITE] rules of every write", () => {
  test("[CP-WRITE-1] the manager is the fieldManager, else the User-Agent's first word", async () => {
    const world = new World();
    const agent = { "user-agent": "kubectl/v1.33.0 (linux/amd64)" };
    const created = await world.request("POST", BROKERS, broker("b"), agent);
    expect(managersIn(created)).toEqual(["kubectl Update", "sluice-defaults Update"]);
    const patch = { metadata: { labels: { a: "b" } } };
    const labelled = await world.request("PATCH", `${BROKERS}/b?fieldManager=kubectl-label`, patch, agent);
    expect(managersIn(labelled)).toEqual(["kubectl Update", "sluice-defaults Update", "kubectl-label Update"]);
    const anonymous = await world.request(
      "PATCH",
      `${BROKERS}/b`,
      { metadata: { labels: { c: "d" } } },
      { "user-agent": "" },
    );
    expect(managersIn(anonymous).at(-1)).toBe("unknown Update");
    const long = await world.request("POST", `${BROKERS}?fieldManager=${"x".repeat(129)}`, broker("c"));
    expect([long.code, long.body.message]).toEqual([
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
    ]);
    const odd = await world.request("PUT", `${BROKERS}/b?fieldManager=%07`, labelled.body);
    expect([odd.code, odd.body.details.causes[0]?.field]).toEqual([422, "fieldManager"]);
  });

  test("[CP-WRITE-2] statuses of controllers and of others have entries of their own", async () => {
    const world = new World();
    await world.request("POST", `${BROKERS}?fieldManager=m`, broker("b"));
    await world.settle();
    const query = "status?fieldManager=tool";
    const status = { status: { annotations: { x: "y" } } };
    const written = await world.request("PATCH", `${BROKERS}/b/${query}`, status);
    expect(managersIn(written)).toEqual([
      "m Update",
      "sluice-defaults Update",
      "sluice-controller Update status",
      "tool Update status",
    ]);
    expect(entriesIn(written)[3]?.fieldsV1).toEqual({ "f:status": { "f:annotations": { ".": {}, "f:x": {} } } });
  });

  test("[CP-WRITE-3] a replace with what was read changes nothing, not even with defaults left out", async () => {
    const world = new World();
    const sent = broker("b", { delivery: { retry: 2 } }, { labels: { a: "b" } });
    const created = await world.request("POST", `${BROKERS}?fieldManager=m`, sent);
    tick(world);
    const same = await world.request("PUT", `${BROKERS}/b?fieldManager=n`, created.body);
    expect(same.body).toEqual(created.body);
    const bare = {
      ...sent,
      metadata: { name: "b", labels: { a: "b" }, resourceVersion: created.body.metadata.resourceVersion },
    };
    const again = await world.request("PUT", `${BROKERS}/b?fieldManager=n`, bare);
    expect(again.body).toEqual(created.body);
  });

  test("[CP-WRITE-4] dry runs of every verb show what would be and keep the resourceVersion", async () => {
    const world = new World();
    const { body } = await world.request("POST", `${BROKERS}?fieldManager=m`, broker("b"));
    const { resourceVersion } = body.metadata;
    const shown = { generation: 2, resourceVersion };
    const spec = { ...body.spec, delivery: { retry: 1 } };
    const put = await world.request("PUT", `${BROKERS}/b?dryRun=All`, { ...body, spec });
    expect([put.code, put.body.spec.delivery, put.body.metadata]).toMatchObject([200, { retry: 1 }, shown]);
    const operation = [{ op: "replace", path: "/spec/delivery", value: { retry: 1 } }];
    const json = await world.request("PATCH", `${BROKERS}/b?dryRun=All`, operation, JSON_PATCH);
    expect([json.code, json.body.spec.delivery, json.body.metadata]).toMatchObject([200, { retry: 1 }, shown]);
    const apply = await applied(
      world,
      "b",
      broker("b", { delivery: { retry: 1 } }),
      "fieldManager=o&force=true&dryRun=All",
    );
    expect([apply.code, apply.body.spec.delivery.retry, apply.body.metadata]).toMatchObject([200, 1, shown]);
    const fresh = await applied(world, "new", broker("new"), "fieldManager=o&dryRun=All");
    expect([fresh.code, (await world.request("GET", `${BROKERS}/new`)).code]).toEqual([201, 404]);
    const status = await world.request("PATCH", `${BROKERS}/b/status?dryRun=All`, {
      status: { observedGeneration: 1 },
    });
    expect([status.body.status, status.body.metadata]).toMatchObject([
      { observedGeneration: 1 },
      { generation: 1, resourceVersion },
    ]);
    expect((await world.request("GET", `${BROKERS}/b`)).body).toEqual(body);
  });

  test("[CP-WRITE-5] generateName makes names, another one where it is taken", async () => {
    const world = new World();
    const nameless = { ...broker("x"), metadata: { generateName: `${"long-".repeat(13)}x` } };
    const { body } = await world.request("POST", BROKERS, nameless);
    expect(body.metadata.name).toMatch(/^(long-){11}lon[0-9a-f]{5}$/);
    const short = { ...broker("x"), metadata: { generateName: "x-" } };
    expect((await world.request("POST", BROKERS, short)).body.metadata.name).toBe("x-00000");
    const taken = await world.request("POST", BROKERS, short);
    expect([taken.code, taken.body.reason]).toEqual([409, "AlreadyExists"]);
  });

  test("[CP-WRITE-6] a replace creates nothing, and only custom kinds must name the resourceVersion", async () => {
    const world = new World({ encryptionKey: KEY });
    expect((await world.request("PUT", `${SECRETS}/s`, secret("s", {}))).code).toBe(404);
    await world.request("POST", SECRETS, secret("s", { a: "1" }));
    const replaced = await world.request("PUT", `${SECRETS}/s`, secret("s", { b: "2" }));
    expect([replaced.code, replaced.body.data]).toEqual([200, { b: "Mg==" }]);
    await world.request("POST", BROKERS, broker("b"));
    const blind = await world.request("PUT", `${BROKERS}/b`, broker("b"));
    expect([blind.code, blind.body.details.causes[0]?.field]).toEqual([422, "metadata.resourceVersion"]);
  });

  test("[CP-WRITE-7] duplicate and unknown fields: refused, warned of, or not spoken of", async () => {
    const world = new World();
    const text = JSON.stringify(broker("b", { delivery: { retry: 1 }, delivry: {} }));
    const twice = text.replace('"retry":1', '"retry":1,"retry":2');
    const strict = await world.request("POST", `${BROKERS}?fieldValidation=Strict`, twice);
    expect([strict.code, strict.body.message]).toEqual([
      400,
      'Broker in version "v1" cannot be handled as a Broker: strict decoding error: duplicate field "spec.delivery.retry", unknown field "spec.delivry"',
    ]);
    const warned = await world.request("POST", `${BROKERS}?dryRun=All`, twice);
    expect([warned.code, warned.body.spec.delivery.retry, warned.headers.get("warning")]).toEqual([
      201,
      2,
      '299 - "duplicate field \\"spec.delivery.retry\\"", 299 - "unknown field \\"spec.delivry\\""',
    ]);
    const ignored = await world.request("POST", `${BROKERS}?fieldValidation=Ignore`, twice);
    expect([ignored.code, ignored.headers.get("warning")]).toEqual([201, null]);
  });

  test("[CP-WRITE-8] what is being deleted takes no new finalizer", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b", {}, { finalizers: ["a/b", "c/d"] }));
    await world.request("DELETE", `${BROKERS}/b`);
    const refused = await world.request("PATCH", `${BROKERS}/b`, { metadata: { finalizers: ["a/b", "e/f"] } });
    expect([refused.code, refused.body.message]).toEqual([
      422,
      'Broker.eventing.knative.dev "b" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"e/f"}',
    ]);
    expect((await world.request("PATCH", `${BROKERS}/b`, { metadata: { finalizers: ["c/d"] } })).code).toBe(200);
  });

  test("[CP-WRITE-9] the record of who manages what has a limit, and a way out", async () => {
    const world = new World();
    const labels = Object.fromEntries(
      Array.from({ length: 4_000 }, (_, index) => [`label-${"x".repeat(50)}${index}`, "v"]),
    );
    await world.request("POST", BROKERS, broker("b"));
    const config = broker("b", {}, { labels });
    expect((await applied(world, "b", config, "fieldManager=m1")).code).toBe(200);
    expect((await applied(world, "b", config, "fieldManager=m2")).code).toBe(200);
    const full = await applied(world, "b", config, "fieldManager=m3");
    expect([full.code, full.body.message]).toEqual([413, expect.stringContaining("managedFields")]);
    expect((await world.request("PATCH", `${BROKERS}/b`, { metadata: { managedFields: [{}] } })).code).toBe(200);
    expect((await applied(world, "b", config, "fieldManager=m3")).code).toBe(200);
  });
});

describe("[CP-RACE] writers at once", () => {
  test("[CP-RACE-1] no update is lost, of what is sealed while others write neither", async () => {
    const world = new World({ encryptionKey: KEY });
    await world.request("POST", SECRETS, secret("s", {}));
    const writers = Array.from({ length: 8 }, (_, writer) => `w${writer}`);
    const answers = await Promise.all(
      writers.map((writer) => world.request("PATCH", `${SECRETS}/s`, { stringData: { [writer]: writer } })),
    );
    expect(answers.map(({ code }) => code)).toEqual(writers.map(() => 200));
    const versions = new Set(answers.map(({ body }) => body.metadata.resourceVersion));
    expect(versions.size).toBe(writers.length);
    const { body } = await world.request("GET", `${SECRETS}/s`);
    expect(body.data).toEqual(Object.fromEntries(writers.map((writer) => [writer, btoa(writer)])));
  });

  test("[CP-RACE-2] of replaces of the same version one gets through", async () => {
    const world = new World({ encryptionKey: KEY });
    const { body } = await world.request("POST", SECRETS, secret("s", {}));
    const answers = await Promise.all(
      ["a", "b", "c"].map((key) => world.request("PUT", `${SECRETS}/s`, { ...body, stringData: { [key]: key } })),
    );
    expect(answers.map(({ code }) => code).toSorted()).toEqual([200, 409, 409]);
  });
});
