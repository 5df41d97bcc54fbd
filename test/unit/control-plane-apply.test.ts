import { describe, expect, test } from "vitest";
import {
  BROKERS,
  broker,
  entriesIn,
  KEY,
  managersIn,
  SECRETS,
  secret,
  TRIGGERS,
  trigger,
  World,
} from "./control-plane-world.ts";

const JSON_PATCH = { "content-type": "application/json-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };

const applied = (world: World, name: string, body: object | string, query = "fieldManager=kubectl") =>
  world.request("PATCH", `${BROKERS}/${name}?${query}`, body, APPLY);

/** One second later. */
function tick(world: World): void {
  world.nowMs += 1000;
}

describe("[CP-APPLY] server-side apply", () => {
  const retrying = (retry: number) => broker("b", { delivery: { retry, backoffPolicy: "linear" } });

  test("[CP-APPLY-1] creates, changes, and leaves alone what is as it was applied", async () => {
    const world = new World();
    const created = await applied(world, "b", retrying(3));
    expect([created.code, managersIn(created)]).toEqual([201, ["kubectl Apply", "sluice-defaults Update"]]);
    expect(entriesIn(created)[0]?.fieldsV1).toEqual({
      "f:spec": { "f:delivery": { "f:backoffPolicy": {}, "f:retry": {} } },
    });
    tick(world);
    const same = await applied(world, "b", retrying(3));
    expect([same.code, same.body]).toEqual([200, created.body]);
    const changed = await applied(world, "b", retrying(4));
    expect(changed.body).toMatchObject({
      spec: { delivery: { retry: 4 } },
      metadata: { generation: 2, resourceVersion: String(Number(created.body.metadata.resourceVersion) + 1) },
    });
    expect(entriesIn(changed)[0]?.time).toBe("2026-01-02T03:04:06Z");
  });

  test("[CP-APPLY-2] conflicts name manager and field; force takes over; a field left out by all goes", async () => {
    const world = new World();
    await applied(world, "b", retrying(3));
    const refused = await applied(world, "b", retrying(7), "fieldManager=other");
    expect([refused.code, refused.body.reason, refused.body.message, refused.body.details.causes]).toEqual([
      409,
      "Conflict",
      'Apply failed with 1 conflict: conflict with "kubectl": .spec.delivery.retry',
      [{ reason: "FieldManagerConflict", message: 'conflict with "kubectl"', field: ".spec.delivery.retry" }],
    ]);
    expect((await applied(world, "b", retrying(7), "fieldManager=other&force=true")).code).toBe(200);
    await applied(world, "b", broker("b", { delivery: { retry: 7 } }), "fieldManager=other");
    const left = await applied(world, "b", { ...broker("b"), spec: {} });
    expect(left.body.spec.delivery).toEqual({ retry: 7 });
  });

  test("[CP-APPLY-3] changes by other verbs are in conflict with an apply, defaults are not", async () => {
    const world = new World();
    await applied(world, "b", { ...broker("b"), metadata: { name: "b", labels: { a: "1" } } });
    await world.request("PATCH", `${BROKERS}/b?fieldManager=kubectl-label`, { metadata: { labels: { a: "2" } } });
    const refused = await applied(world, "b", broker("b", { delivery: { retry: 1 } }, { labels: { a: "1" } }));
    expect(refused.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-label" using eventing.knative.dev/v1 at 2026-01-02T03:04:05Z: .metadata.labels.a',
    );
    const agreed = await applied(world, "b", broker("b", { delivery: { retry: 1 } }, { labels: { a: "2" } }));
    expect([agreed.code, agreed.body.spec.delivery.retry]).toEqual([200, 1]);
  });

  test("[CP-APPLY-4] options and preconditions", async () => {
    const world = new World();
    const anonymous = await applied(world, "b", retrying(1), "");
    expect([anonymous.code, anonymous.body.message]).toEqual([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ]);
    const stale = { ...broker("b"), metadata: { name: "b", resourceVersion: "1" } };
    const forced = await world.request("PATCH", `${BROKERS}/b?force=true`, {});
    expect([forced.code, forced.body.details.causes[0]?.field]).toEqual([422, "force"]);
    expect((await applied(world, "b", stale)).body.reason).toBe("Conflict");
    expect((await applied(world, "b", { ...broker("b"), metadata: { name: "b", uid: "x" } })).body.reason).toBe(
      "Conflict",
    );
    expect((await applied(world, "b", broker("b"), "fieldManager=m&force=maybe")).code).toBe(400);
    expect((await world.request("PATCH", `${BROKERS}/b/status?fieldManager=m`, broker("b"), APPLY)).code).toBe(404);
    const created = await applied(world, "b", broker("b"));
    expect(created.code).toBe(201);
    expect((await applied(world, "b", stale)).body.reason).toBe("Conflict");
    const { resourceVersion } = created.body.metadata;
    const current = { ...retrying(2), metadata: { name: "b", resourceVersion } };
    expect((await applied(world, "b", current)).code).toBe(200);
  });

  test("[CP-APPLY-5] the status subresource takes the status alone, and the main path does not", async () => {
    const world = new World();
    const config = { ...broker("b", { delivery: { retry: 1 } }), status: { observedGeneration: 5 } };
    const created = await applied(world, "b", config);
    expect([created.body.status, JSON.stringify(entriesIn(created))]).toEqual([
      undefined,
      expect.not.stringContaining("f:status"),
    ]);
    const status = await world.request(
      "PATCH",
      `${BROKERS}/b/status?fieldManager=m`,
      { ...config, spec: { delivery: { retry: 9 } } },
      APPLY,
    );
    expect([status.body.status, status.body.spec.delivery.retry]).toEqual([{ observedGeneration: 5 }, 1]);
    expect(entriesIn(status).at(-1)).toMatchObject({
      manager: "m",
      operation: "Apply",
      subresource: "status",
      fieldsV1: { "f:status": { "f:observedGeneration": {} } },
    });
  });

  test("[CP-APPLY-6] kubectl's migration: what its client-side apply owned is applied, and defaults stay", async () => {
    const world = new World();
    const query = "fieldManager=kubectl-client-side-apply";
    const created = await world.request(
      "POST",
      `${BROKERS}?${query}`,
      broker("b", { delivery: { retry: 3, timeout: "PT5S" } }),
    );
    const migrated = entriesIn(created).map((entry) =>
      entry.manager === "kubectl-client-side-apply" ? { ...entry, manager: "kubectl", operation: "Apply" } : entry,
    );
    const patch = [
      { op: "replace", path: "/metadata/managedFields", value: migrated },
      { op: "replace", path: "/metadata/resourceVersion", value: created.body.metadata.resourceVersion },
    ];
    const edited = await world.request("PATCH", `${BROKERS}/b`, patch, JSON_PATCH);
    expect([edited.code, managersIn(edited)]).toEqual([200, ["kubectl Apply", "sluice-defaults Update"]]);
    const result = await applied(world, "b", broker("b", { delivery: { retry: 4 } }));
    expect(result.body.spec).toEqual({
      config: expect.objectContaining({ name: "config-br-default-channel" }),
      delivery: { retry: 4 },
    });
    expect(result.body.metadata.annotations).toEqual({ "eventing.knative.dev/broker.class": "MTChannelBasedBroker" });
  });

  test("[CP-APPLY-7] a target that moves from a reference to an address leaves no default behind", async () => {
    const world = new World();
    const path = `${TRIGGERS}/t?fieldManager=m`;
    const ref = { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: "other" };
    const first = await world.request("PATCH", path, trigger("t", { subscriber: { ref } }), APPLY);
    expect(first.body.spec.subscriber).toEqual({ ref: { ...ref, namespace: "default" } });
    const second = await world.request("PATCH", path, trigger("t"), APPLY);
    expect([second.code, second.body.spec.subscriber]).toEqual([200, { uri: "http://sink.test/x" }]);
  });

  test("[CP-APPLY-8] a Secret's stringData is what its data is owned as; values are in no record", async () => {
    const world = new World({ encryptionKey: KEY });
    const path = `${SECRETS}/s?fieldManager=m`;
    const created = await world.request("PATCH", path, secret("s", { token: "hunter2", other: "x" }), APPLY);
    expect([created.code, entriesIn(created)[0]?.fieldsV1]).toEqual([
      201,
      { "f:data": { "f:other": {}, "f:token": {} } },
    ]);
    const same = await world.request("PATCH", path, secret("s", { token: "hunter2", other: "x" }), APPLY);
    expect(same.body).toEqual(created.body);
    const less = await world.request("PATCH", path, secret("s", { token: "hunter2" }), APPLY);
    expect(less.body.data).toEqual({ token: "aHVudGVyMg==" });
    expect(JSON.stringify(entriesIn(less))).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  test("[CP-APPLY-9] two that apply at once both get through, and YAML is read", async () => {
    const world = new World();
    const yaml = (label: string) =>
      `apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata:\n  name: b\n  labels: {${label}: "1"}\n`;
    const answers = await Promise.all(
      ["x", "y", "z"].map((each) => applied(world, "b", yaml(each), `fieldManager=${each}`)),
    );
    expect(answers.map(({ code }) => code).toSorted()).toEqual([200, 200, 201]);
    const { body } = await world.request("GET", `${BROKERS}/b`);
    expect(body.metadata).toMatchObject({ labels: { x: "1", y: "1", z: "1" } });
  });

  test("[CP-APPLY-10] through another version of the kind: what it says is applied, and once only", async () => {
    const world = new World();
    const types = (version: string) => `/apis/eventing.knative.dev/${version}/namespaces/default/eventtypes`;
    const config = (version: string, spec: object) => ({
      apiVersion: `eventing.knative.dev/${version}`,
      kind: "EventType",
      metadata: { name: "e", labels: { version } },
      spec,
    });
    const apply = (version: string, spec: object) =>
      world.request("PATCH", `${types(version)}/e?fieldManager=m`, config(version, spec), APPLY);
    const old = await apply("v1beta2", { type: "dev.order", source: "http://shop.test/" });
    expect([old.code, managersIn(old)[0]]).toEqual([201, "m Apply"]);
    const attributes = [
      { name: "type", required: true, value: "dev.order" },
      { name: "source", required: true, value: "http://shop.test/" },
      { name: "specversion", required: true, value: "1.0" },
      { name: "id", required: true },
    ];
    const fresh = await apply("v1beta3", { attributes });
    expect([fresh.code, fresh.body.metadata]).toMatchObject([200, { labels: { version: "v1beta3" } }]);
    expect(fresh.body.spec).toMatchObject({ attributes });
    expect((await apply("v1beta3", { attributes })).body).toEqual(fresh.body);
  });
});
