import { describe, expect, test } from "vitest";
import { type Answer, BROKERS, broker, SECRETS, TRIGGERS, trigger, World } from "./control-plane-world.ts";

const meta = (answer: Answer) => answer.body.metadata;
const status = (code: number, reason: string, message: string, details: object = {}) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  details,
  code,
});
const named = (name: string) => ({ name, group: "eventing.knative.dev", kind: "brokers" });
const managedBy = (manager: string, fieldsV1: object) => ({
  apiVersion: "eventing.knative.dev/v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  manager,
  operation: "Update",
  time: "2026-01-02T03:04:05Z",
});

describe("[CP-API] objects", () => {
  test("[CP-API-1] create, get, list", async () => {
    const world = new World();
    const created = await world.request("POST", BROKERS, broker("b", {}, { creationTimestamp: null, uid: "forged" }));
    expect(created.code).toBe(201);
    expect(created.body).toEqual({
      apiVersion: "eventing.knative.dev/v1",
      kind: "Broker",
      metadata: {
        name: "b",
        namespace: "default",
        uid: "00000000-0000-4000-8000-000000000003",
        creationTimestamp: "2026-01-02T03:04:05Z",
        generation: 1,
        resourceVersion: "3",
        annotations: { "eventing.knative.dev/broker.class": "MTChannelBasedBroker" },
        managedFields: [
          managedBy("unknown", { "f:spec": {} }),
          managedBy("sluice-defaults", {
            "f:metadata": { "f:annotations": { ".": {}, "f:eventing.knative.dev/broker.class": {} } },
            "f:spec": {
              "f:config": { ".": {}, "f:apiVersion": {}, "f:kind": {}, "f:name": {}, "f:namespace": {} },
              "f:delivery": { ".": {}, "f:backoffDelay": {}, "f:backoffPolicy": {}, "f:retry": {} },
            },
          }),
        ],
      },
      spec: {
        config: {
          apiVersion: "v1",
          kind: "ConfigMap",
          namespace: "knative-eventing",
          name: "config-br-default-channel",
        },
        delivery: { retry: 10, backoffPolicy: "exponential", backoffDelay: "PT0.2S" },
      },
    });
    expect((await world.request("GET", `${BROKERS}/b`)).body).toEqual(created.body);
    const list = { kind: "BrokerList", apiVersion: "eventing.knative.dev/v1", metadata: { resourceVersion: "3" } };
    expect((await world.request("GET", BROKERS)).body).toEqual({ ...list, items: [created.body] });
    const everywhere = await world.request("GET", "/apis/eventing.knative.dev/v1/brokers");
    expect(everywhere.body).toEqual({ ...list, items: [created.body] });
  });

  test("[CP-API-2] AlreadyExists and NotFound", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const again = await world.request("POST", BROKERS, broker("b"));
    expect(again.body).toEqual(
      status(409, "AlreadyExists", 'brokers.eventing.knative.dev "b" already exists', named("b")),
    );
    for (const method of ["GET", "DELETE"]) {
      const answer = await world.request(method, `${BROKERS}/x`);
      expect(answer.body).toEqual(status(404, "NotFound", 'brokers.eventing.knative.dev "x" not found', named("x")));
    }
  });

  test("[CP-API-3] a stale resourceVersion conflicts; a replace without one is Invalid", async () => {
    const world = new World();
    const { body } = await world.request("POST", BROKERS, broker("b"));
    const changed = { ...body, spec: { ...body.spec, delivery: { retry: 3 } } };
    expect((await world.request("PUT", `${BROKERS}/b`, changed)).code).toBe(200);
    const stale = await world.request("PUT", `${BROKERS}/b`, changed);
    expect(stale.body).toEqual(
      status(
        409,
        "Conflict",
        'Operation cannot be fulfilled on brokers.eventing.knative.dev "b": the object has been modified; please apply your changes to the latest version and try again',
        named("b"),
      ),
    );
    expect((await world.request("PATCH", `${BROKERS}/b`, { metadata: { resourceVersion: "1" } })).code).toBe(409);
    const blind = await world.request("PUT", `${BROKERS}/b`, broker("b"));
    expect([blind.code, blind.body.reason]).toEqual([422, "Invalid"]);
    expect(blind.body.details.causes[0]?.field).toBe("metadata.resourceVersion");
  });

  test("[CP-API-4] a write that changes nothing keeps the resourceVersion; the generation counts the spec only", async () => {
    const world = new World();
    const { body } = await world.request("POST", BROKERS, broker("b"));
    const same = await world.request("PATCH", `${BROKERS}/b`, { spec: { delivery: { retry: 10 } } });
    expect(same.body).toEqual(body);
    const labelled = await world.request("PATCH", `${BROKERS}/b`, { metadata: { labels: { a: "b" } } });
    expect(meta(labelled)).toMatchObject({ resourceVersion: "4", generation: 1, labels: { a: "b" } });
    const changed = await world.request("PATCH", `${BROKERS}/b`, { spec: { delivery: { retry: null } } });
    expect(meta(changed)).toMatchObject({ resourceVersion: "5", generation: 2 });
    expect(changed.body.spec.delivery).toEqual({ backoffPolicy: "exponential", backoffDelay: "PT0.2S" });
    const forged = await world.request("PATCH", `${BROKERS}/b`, {
      metadata: { generation: 9, creationTimestamp: "x" },
    });
    expect(forged.body).toEqual(changed.body);
  });

  test("[CP-API-5] status is written through its subresource alone", async () => {
    const world = new World();
    await world.request("POST", BROKERS, { ...broker("b"), status: { observedGeneration: 7 } });
    expect((await world.request("GET", `${BROKERS}/b`)).body.status).toBeUndefined();
    await world.request("PATCH", `${BROKERS}/b`, { status: { observedGeneration: 7 } });
    expect((await world.request("GET", `${BROKERS}/b`)).body.status).toBeUndefined();
    const patch = { status: { observedGeneration: 8 }, spec: { delivery: { retry: 1 } } };
    const written = await world.request("PATCH", `${BROKERS}/b/status`, patch);
    expect([written.body.status, written.body.spec.delivery.retry]).toEqual([{ observedGeneration: 8 }, 10]);
    expect(meta(written)).toMatchObject({ generation: 1, resourceVersion: "4" });
  });

  test("[CP-API-6] dryRun stores nothing", async () => {
    const world = new World();
    const dry = await world.request("POST", `${BROKERS}?dryRun=All`, broker("b"));
    expect([dry.code, dry.body.spec.delivery.retry]).toEqual([201, 10]);
    expect((await world.request("GET", `${BROKERS}/b`)).code).toBe(404);
    await world.request("POST", BROKERS, broker("b"));
    await world.request("DELETE", `${BROKERS}/b?dryRun=All`);
    const patched = await world.request("PATCH", `${BROKERS}/b?dryRun=All`, { spec: { delivery: { retry: 1 } } });
    expect(meta(patched)).toMatchObject({ generation: 2, resourceVersion: "3" });
    expect((await world.request("GET", `${BROKERS}/b`)).body.spec.delivery.retry).toBe(10);
  });

  test("[CP-API-7] finalizers hold a deleted object until the last is gone", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b", {}, { finalizers: ["example.com/hold"] }));
    const deleted = await world.request("DELETE", `${BROKERS}/b`);
    expect(meta(deleted)).toMatchObject({ deletionTimestamp: "2026-01-02T03:04:05Z", deletionGracePeriodSeconds: 0 });
    expect((await world.request("GET", `${BROKERS}/b`)).code).toBe(200);
    expect((await world.request("PATCH", `${BROKERS}/b`, { metadata: { finalizers: null } })).code).toBe(200);
    expect((await world.request("GET", `${BROKERS}/b`)).code).toBe(404);
  });

  test("[CP-API-8] deletion honours preconditions and answers Success", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const refused = await world.request("DELETE", `${BROKERS}/b`, { preconditions: { uid: "other" } });
    expect([refused.code, refused.body.reason]).toEqual([409, "Conflict"]);
    const deleted = await world.request("DELETE", `${BROKERS}/b`, { propagationPolicy: "Background" });
    expect(deleted.body).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: { ...named("b"), uid: "00000000-0000-4000-8000-000000000003" },
    });
  });

  test("[CP-API-9] selectors, pages and collection deletion", async () => {
    const world = new World();
    for (const name of ["a", "b", "c", "d"]) {
      await world.request("POST", BROKERS, broker(name, {}, { labels: { team: name < "c" ? "x" : "y" } }));
    }
    const names = async (query: string) => {
      const { body } = await world.request("GET", `${BROKERS}?${query}`);
      return body.items.map((item) => item.metadata.name);
    };
    expect(await names("labelSelector=team%3Dx")).toEqual(["a", "b"]);
    expect(await names("labelSelector=team!%3Dx,team")).toEqual(["c", "d"]);
    expect(await names("labelSelector=!team")).toEqual([]);
    expect(await names("fieldSelector=metadata.name%3Dc")).toEqual(["c"]);
    const first = await world.request("GET", `${BROKERS}?limit=3`);
    expect(first.body.items).toHaveLength(3);
    expect(await names(`limit=3&continue=${first.body.metadata.continue}`)).toEqual(["d"]);
    expect((await world.request("GET", `${BROKERS}?limit=4`)).body.metadata).toEqual({ resourceVersion: "6" });
    expect((await world.request("GET", `${BROKERS}?fieldSelector=spec.x%3D1`)).body.message).toBe(
      "field label not supported: spec.x",
    );
    await world.request("DELETE", `${BROKERS}?labelSelector=team%3Dx`);
    expect(await names("")).toEqual(["c", "d"]);
  });
});

describe("[CP-NS] namespaces", () => {
  const inTeam = "/apis/eventing.knative.dev/v1/namespaces/team/brokers";
  const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

  test("[CP-NS-1] must exist; two are there from the start", async () => {
    const world = new World();
    const missing = await world.request("POST", inTeam, broker("b"));
    expect(missing.body).toEqual(
      status(404, "NotFound", 'namespaces "team" not found', { name: "team", kind: "namespaces" }),
    );
    expect((await world.request("POST", "/api/v1/namespaces", namespace("team"))).body.status).toEqual({
      phase: "Active",
    });
    expect((await world.request("POST", inTeam, broker("b"))).code).toBe(201);
    expect((await world.request("GET", "/api/v1/namespaces")).body.items).toHaveLength(3);
  });

  test.each(["api", "apis", "openapi", "version", "readyz", "livez", "healthz", "metrics", "console", ".well-known"])(
    "[CP-NS-2] %s is reserved",
    async (name) => {
      const answer = await new World().request("POST", "/api/v1/namespaces", namespace(name));
      expect([400, 422]).toContain(answer.code);
    },
  );

  test("[CP-NS-3] deletion drains it, waits for finalizers, refuses new content; default stays", async () => {
    const world = new World();
    await world.request("POST", "/api/v1/namespaces", namespace("team"));
    await world.request("POST", inTeam, broker("held", {}, { finalizers: ["example.com/hold"] }));
    await world.request("POST", inTeam, broker("free"));
    const deleted = await world.request("DELETE", "/api/v1/namespaces/team");
    expect(deleted.body.status).toEqual({ phase: "Terminating" });
    await world.settle();
    expect((await world.request("GET", inTeam)).body.items).toHaveLength(1);
    const refused = await world.request("POST", inTeam, broker("new"));
    expect([refused.code, refused.body.details.causes[0]?.reason]).toEqual([403, "NamespaceTerminating"]);
    await world.request("PATCH", `${inTeam}/held`, { metadata: { finalizers: [] } });
    await world.settle();
    expect((await world.request("GET", "/api/v1/namespaces/team")).code).toBe(404);
    expect((await world.request("DELETE", "/api/v1/namespaces/default")).code).toBe(403);
  });
});

describe("[CP-ERR] bad input is never a 500", () => {
  test.each([
    ["POST", BROKERS, "{", 400, "BadRequest"],
    ["POST", BROKERS, "[]", 400, "BadRequest"],
    ["POST", BROKERS, "null", 400, "BadRequest"],
    ["POST", BROKERS, `${"[".repeat(100_000)}`, 400, "BadRequest"],
    ["POST", BROKERS, "{}", 400, "BadRequest"],
    ["POST", BROKERS, { ...broker("b"), kind: "Trigger" }, 400, "BadRequest"],
    ["POST", BROKERS, { ...broker("b"), apiVersion: "v1" }, 400, "BadRequest"],
    ["POST", BROKERS, { ...broker("b"), metadata: "b" }, 422, "Invalid"],
    ["POST", BROKERS, broker("Bad_Name"), 422, "Invalid"],
    ["POST", BROKERS, broker(""), 422, "Invalid"],
    ["POST", BROKERS, broker("b", {}, { namespace: "other" }), 400, "BadRequest"],
    ["POST", BROKERS, broker("b", {}, { labels: { "a b": "c" } }), 422, "Invalid"],
    ["POST", BROKERS, broker("b", {}, { labels: { a: 1 } }), 422, "Invalid"],
    ["POST", BROKERS, broker("b", {}, { annotations: { a: "x".repeat(600_000) } }), 422, "Invalid"],
    ["POST", BROKERS, broker("b", {}, { annotations: { a: "x".repeat(1_100_000) } }), 413, "RequestEntityTooLarge"],
    ["POST", BROKERS, broker("b", {}, { annotations: { "sluice.dev/retention": "soon" } }), 400, "BadRequest"],
    [
      "POST",
      TRIGGERS,
      trigger("t", { subscriber: { uri: "http://sink.test/", CACerts: "x".repeat(540_000) } }),
      413,
      "RequestEntityTooLarge",
    ],
    ["POST", "/apis/eventing.knative.dev/v1/brokers", broker("b"), 405, "MethodNotAllowed"],
    ["PUT", BROKERS, broker("b"), 405, "MethodNotAllowed"],
    ["GET", "/apis/eventing.knative.dev/v2/brokers", undefined, 404, "NotFound"],
    ["GET", "/apis/eventing.knative.dev/v1/namespaces/default/constructor", undefined, 404, "NotFound"],
    ["GET", "/apis/%ff/v1/brokers", undefined, 404, "NotFound"],
    ["GET", `${BROKERS}/b/scale`, undefined, 404, "NotFound"],
    ["GET", `${BROKERS}/__proto__`, undefined, 404, "NotFound"],
    ["GET", `${BROKERS}?limit=x`, undefined, 400, "BadRequest"],
    ["GET", `${BROKERS}?continue=x!`, undefined, 400, "BadRequest"],
    ["GET", `${BROKERS}?labelSelector=(`, undefined, 400, "BadRequest"],
    ["DELETE", `${BROKERS}/b`, "{", 400, "BadRequest"],
    ["POST", `${BROKERS}?fieldValidation=strict`, broker("b"), 400, "BadRequest"],
  ] as const)("[CP-ERR-1] %s %s %j: %i", async (method, path, body, code, reason) => {
    const answer = await new World().request(method, path, body);
    expect([answer.code, answer.body.kind, answer.body.reason, answer.body.code]).toEqual([
      code,
      "Status",
      reason,
      code,
    ]);
  });

  test("[CP-ERR-2] media types that no verb takes", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const post = await world.request("POST", BROKERS, broker("c"), { "content-type": "application/cbor" });
    expect([post.code, post.body.reason]).toEqual([415, "UnsupportedMediaType"]);
    for (const type of ["application/strategic-merge-patch+json", "application/json", "text/plain"]) {
      expect((await world.request("PATCH", `${BROKERS}/b`, {}, { "content-type": type })).code).toBe(415);
    }
  });

  test("[CP-ERR-3] a warning is a header", async () => {
    const path = `${BROKERS}?fieldValidation=Warn`;
    const answer = await new World().request("POST", path, broker("b", { delivry: {} }));
    expect([answer.code, answer.headers.get("warning")]).toEqual([201, '299 - "unknown field \\"spec.delivry\\""']);
    expect(answer.body.spec.delivry).toBeUndefined();
  });

  test("[CP-ERR-3] warnings are no more than clients take", async () => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`u${index}`, 1]));
    const answer = await new World().request("POST", BROKERS, broker("b", unknown));
    const warnings = (answer.headers.get("warning") ?? "").split(", ");
    expect([answer.code, warnings.length, warnings[0], warnings.at(-1)]).toEqual([
      201,
      120,
      '299 - "unknown field \\"spec.u0\\""',
      '299 - "unknown field \\"spec.u119\\""',
    ]);
  });

  test("[CP-ERR-4] a name or a key like a prototype's is data", async () => {
    const world = new World();
    expect((await world.request("POST", BROKERS, broker("constructor"))).code).toBe(201);
    const annotated = await world.request(
      "PATCH",
      `${BROKERS}/constructor`,
      '{"metadata":{"annotations":{"constructor":"x"}}}',
    );
    expect(annotated.body.metadata.annotations.constructor).toBe("x");
    const strict = `${BROKERS}/constructor?fieldValidation=Strict`;
    const polluted = await world.request("PATCH", strict, '{"__proto__":{"polluted":1}}');
    expect([polluted.code, ({} as { polluted?: number }).polluted]).toEqual([400, undefined]);
    expect((await world.request("GET", `${SECRETS}/constructor`)).code).toBe(404);
  });
});

describe("[CP-OPS] operator API", () => {
  const base = "/apis/sluice.dev/v1alpha1/namespaces/default";
  const worldWithTrigger = async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    const { body } = await world.request("POST", TRIGGERS, trigger("t"));
    return { world, uid: body.metadata.uid };
  };

  test("[CP-OPS-1] asks the Broker's channel; a Trigger means its own subscription", async () => {
    const { world, uid } = await worldWithTrigger();
    await world.request("GET", `${base}/brokers/b/log?from=0-3&limit=5`);
    await world.request("GET", `${base}/triggers/t/deliveries?state=parked,retrying`);
    await world.request("GET", `${base}/brokers/b/deliveries?subscription=t`);
    await world.request("POST", `${base}/brokers/b/deliveries/redrive`, { ids: ["1"], dryRun: true });
    await world.request("POST", `${base}/triggers/t/deliveries/discard`);
    await world.request("POST", `${base}/triggers/t/replay`, { from: "2026-01-01T00:00:00Z" });
    await world.request("POST", `${base}/triggers/t/skip`, { to: "latest", dryRun: true });
    const answer = await world.request("GET", `${base}/triggers/t/stats`);
    expect([answer.code, answer.body]).toEqual([200, { fine: true }]);
    const channel = "default/broker/b";
    expect(world.operations).toEqual([
      { verb: "log", from: "0-3", limit: 5, channel },
      { verb: "deliveries", selector: { state: ["parked", "retrying"], subscription: uid }, limit: 100, channel },
      { verb: "deliveries", selector: { subscription: uid }, limit: 100, channel },
      { verb: "redrive", selector: { ids: ["1"] }, dryRun: true, channel },
      { verb: "discard", selector: { subscription: uid }, dryRun: false, channel },
      { verb: "replay", subscription: uid, to: { kind: "time", timeMs: 1767225600000 }, dryRun: false, channel },
      { verb: "skip", subscription: uid, to: { kind: "latest" }, dryRun: true, channel },
      { verb: "stats", channel },
    ]);
  });

  test("[CP-OPS-2] what cannot be asked is refused, never guessed", async () => {
    const { world } = await worldWithTrigger();
    const code = async (method: string, path: string, body?: unknown) =>
      (await world.request(method, `${base}/${path}`, body)).code;
    expect(await code("GET", "traces?source=a")).toBe(400);
    expect(await code("GET", "traces?source=a&id=b&from=earliest")).toBe(400);
    expect(await code("GET", "traces?source=a&id=b&subject=c")).toBe(400);
    expect(await code("POST", "traces?source=a&id=b")).toBe(405);
    expect(await code("POST", "brokers/b/deliveries/discard")).toBe(400);
    expect(await code("POST", "triggers/t/replay", {})).toBe(400);
    expect(await code("POST", "triggers/t/replay", { from: "erliest" })).toBe(400);
    expect(await code("POST", "triggers/t/skip", { to: "lastest" })).toBe(400);
    expect(await code("POST", "brokers/b/replay", { from: "earliest" })).toBe(404);
    expect(await code("GET", "brokers/b/deliveries?state=lost")).toBe(400);
    expect(await code("GET", "brokers/x/log")).toBe(404);
    expect(await code("POST", "brokers/b/log")).toBe(405);
    // A typo must not turn a question into an act.
    expect(await code("POST", "triggers/t/deliveries/discard", { dryrun: true })).toBe(400);
    expect(await code("POST", "triggers/t/deliveries/discard", { dryRun: "true" })).toBe(400);
    expect(await code("POST", "triggers/t/deliveries/discard", { id: ["7"] })).toBe(400);
    expect(await code("POST", "triggers/t/replay", { from: "earliest", dryrun: true })).toBe(400);
    expect(await code("GET", "brokers/b/deliveries?states=parked")).toBe(400);
    expect(await code("POST", "triggers/t/deliveries/discard?dryRun=true")).toBe(400);
    expect(await code("GET", "brokers/b/constructor")).toBe(404);
    expect(await code("POST", "brokers/b/deliveries/redrive", { subscription: "nope" })).toBe(400);
    expect(world.operations).toEqual([]);
    world.operatorAnswer = { kind: "invalid", message: "the log begins at 0-9" };
    expect((await world.request("GET", `${base}/brokers/b/log`)).body.message).toBe("the log begins at 0-9");
  });
});
