import { describe, expect, test } from "vitest";
import { type AnswerBody, BROKERS, broker, TRIGGERS, trigger, World } from "./control-plane-world.ts";

const get = (world: World, path: string) => world.request("GET", path);
const code = async (world: World, path: string) => (await get(world, path)).code;

interface Reference {
  readonly kind?: string;
  readonly uid?: string;
  readonly blockOwnerDeletion?: boolean;
}

/** A reference to a Broker. */
function owner(body: AnswerBody, overrides: Reference = {}): object {
  const { name, uid } = body.metadata;
  return { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name, uid, ...overrides };
}

/** Broker o, and Trigger t that it owns. */
async function family(overrides: Reference = {}): Promise<{ world: World; broker: AnswerBody }> {
  const world = new World();
  const { body } = await world.request("POST", BROKERS, broker("o"));
  await world.request("POST", TRIGGERS, trigger("t", { broker: "o" }, { ownerReferences: [owner(body, overrides)] }));
  await world.settle();
  return { world, broker: body };
}

describe("[CP-DEL] owners and dependents", () => {
  test.each([
    ["by default", {}],
    ["in the background", { propagationPolicy: "Background" }],
    ["in the foreground", { propagationPolicy: "Foreground" }],
    ["not orphaning", { orphanDependents: false }],
  ])("[CP-DEL-1] deleted %s, an owner takes its dependents with it", async (_, options) => {
    const { world } = await family();
    expect((await world.request("DELETE", `${BROKERS}/o`, options)).code).toBe(200);
    await world.settle();
    expect([await code(world, `${BROKERS}/o`), await code(world, `${TRIGGERS}/t`)]).toEqual([404, 404]);
  });

  test.each([
    ["?propagationPolicy=Orphan", undefined],
    ["?orphanDependents=true", undefined],
    ["", { propagationPolicy: "Orphan" }],
    ["", { kind: "DeleteOptions", apiVersion: "v1", orphanDependents: true, gracePeriodSeconds: 30 }],
  ])("[CP-DEL-2] %s %j leaves the dependents, which forget their owner", async (query, options) => {
    const { world } = await family();
    const deleted = await world.request("DELETE", `${BROKERS}/o${query}`, options);
    expect(deleted.body.metadata).toMatchObject({ finalizers: ["orphan"], deletionGracePeriodSeconds: 0 });
    await world.settle();
    expect(await code(world, `${BROKERS}/o`)).toBe(404);
    const left = await get(world, `${TRIGGERS}/t`);
    expect([left.code, "ownerReferences" in left.body.metadata]).toEqual([200, false]);
  });

  test("[CP-DEL-3] in the foreground the owner stays until what blocks it has gone", async () => {
    const { world } = await family({ blockOwnerDeletion: true });
    await world.request("PATCH", `${TRIGGERS}/t`, { metadata: { finalizers: ["example.com/hold"] } });
    await world.request("DELETE", `${BROKERS}/o`, { propagationPolicy: "Foreground" });
    await world.settle();
    expect((await get(world, `${BROKERS}/o`)).body.metadata).toMatchObject({ finalizers: ["foregroundDeletion"] });
    expect((await get(world, `${TRIGGERS}/t`)).body.metadata).toHaveProperty("deletionTimestamp");
    await world.request("PATCH", `${TRIGGERS}/t`, { metadata: { finalizers: null } });
    await world.settle();
    expect([await code(world, `${BROKERS}/o`), await code(world, `${TRIGGERS}/t`)]).toEqual([404, 404]);
  });

  test("[CP-DEL-4] one that does not block is not waited for", async () => {
    const { world } = await family();
    await world.request("PATCH", `${TRIGGERS}/t`, { metadata: { finalizers: ["example.com/hold"] } });
    await world.request("DELETE", `${BROKERS}/o`, { propagationPolicy: "Foreground" });
    await world.settle();
    expect([await code(world, `${BROKERS}/o`), await code(world, `${TRIGGERS}/t`)]).toEqual([404, 200]);
  });

  test("[CP-DEL-5] while another owner lives a dependent stays and forgets the one that went", async () => {
    const { world, broker: first } = await family();
    const { body: second } = await world.request("POST", BROKERS, broker("second"));
    await world.request("PATCH", `${TRIGGERS}/t`, { metadata: { ownerReferences: [owner(first), owner(second)] } });
    await world.request("DELETE", `${BROKERS}/o`);
    await world.settle();
    expect((await get(world, `${TRIGGERS}/t`)).body.metadata).toMatchObject({ ownerReferences: [owner(second)] });
  });

  test("[CP-DEL-6] an owner that does not exist, or not in this namespace, is none; one of an unknown kind is trusted", async () => {
    const world = new World();
    const { body } = await world.request("POST", BROKERS, broker("o"));
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
    await world.request("POST", "/api/v1/namespaces", namespace);
    const elsewhere = TRIGGERS.replace("default", "team");
    const owned = (name: string, reference: object) => trigger(name, {}, { ownerReferences: [reference] });
    await world.request("POST", TRIGGERS, owned("never", owner(body, { uid: "11111111-0000-4000-8000-000000000000" })));
    await world.request("POST", elsewhere, owned("elsewhere", owner(body)));
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "x" };
    await world.request("POST", TRIGGERS, owned("trusted", deployment));
    await world.settle();
    const codes = [`${TRIGGERS}/never`, `${elsewhere}/elsewhere`, `${TRIGGERS}/trusted`].map((path) =>
      code(world, path),
    );
    expect(await Promise.all(codes)).toEqual([404, 404, 200]);
  });

  test("[CP-DEL-7] chains go from their head to their end, also when the object crashed meanwhile", async () => {
    const world = new World();
    let { body } = await world.request("POST", BROKERS, broker("b00"));
    for (let number = 1; number < 30; number++) {
      const name = `b${String(number).padStart(2, "0")}`;
      body = (await world.request("POST", BROKERS, broker(name, {}, { ownerReferences: [owner(body)] }))).body;
    }
    await world.request("DELETE", `${BROKERS}/b00`);
    world.restart();
    await world.settle();
    expect((await get(world, BROKERS)).body.items).toEqual([]);
  });

  test("[CP-DEL-8] deleting a Broker that Triggers use is not held up by them", async () => {
    const world = new World();
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t"));
    await world.settle();
    expect((await world.request("DELETE", `${BROKERS}/b`, { propagationPolicy: "Foreground" })).code).toBe(200);
    await world.settle();
    expect([await code(world, `${BROKERS}/b`), await code(world, `${TRIGGERS}/t`)]).toEqual([404, 200]);
  });

  test("[CP-DEL-9] what was asked first may be asked otherwise: background lets go of a foreground deletion", async () => {
    const { world } = await family({ blockOwnerDeletion: true });
    await world.request("DELETE", `${BROKERS}/o`, { propagationPolicy: "Foreground" });
    expect(await code(world, `${BROKERS}/o`)).toBe(200);
    await world.request("DELETE", `${BROKERS}/o`, { propagationPolicy: "Background" });
    expect(await code(world, `${BROKERS}/o`)).toBe(404);
  });
});

describe("[CP-DEL] requests", () => {
  test.each([
    [{ propagationPolicy: "Sideways" }, 422],
    [{ propagationPolicy: "Orphan", orphanDependents: true }, 422],
    [{ propagationPolicy: 5 }, 422],
    [{ orphanDependents: "maybe" }, 400],
    [{ gracePeriodSeconds: "soon" }, 400],
    [{ gracePeriodSeconds: 1.5 }, 400],
    [{ dryRun: "All" }, 400],
    [{ dryRun: ["Some"] }, 400],
    [{ dryRun: [{}] }, 400],
    [{ preconditions: { uid: 1 } }, 400],
    [{ preconditions: { resourceVersion: "1" } }, 409],
  ])("[CP-DEL-10] %j is refused with %i and deletes nothing", async (options, expected) => {
    const { world } = await family();
    const refused = await world.request("DELETE", `${BROKERS}/o`, options);
    expect([refused.code, refused.body.kind, await code(world, `${BROKERS}/o`)]).toEqual([expected, "Status", 200]);
    const refusedAll = await world.request("DELETE", BROKERS, options);
    expect([refusedAll.code, await code(world, `${BROKERS}/o`)]).toEqual([expected, 200]);
  });

  test("[CP-DEL-11] a dry run shows what would be left and leaves everything", async () => {
    const { world } = await family();
    const before = (await get(world, `${BROKERS}/o`)).body;
    const dry = await world.request("DELETE", `${BROKERS}/o`, { dryRun: ["All"], propagationPolicy: "Orphan" });
    expect(dry.body.metadata).toMatchObject({ finalizers: ["orphan"], deletionTimestamp: "2026-01-02T03:04:05Z" });
    await world.request("DELETE", `${BROKERS}?dryRun=All`);
    await world.settle();
    expect((await get(world, `${BROKERS}/o`)).body).toEqual(before);
  });

  test("[CP-DEL-12] a collection is deleted by selector, beyond what a page holds, and answered as a list", async () => {
    const world = new World();
    for (let number = 0; number < 501; number++) {
      await world.request("POST", BROKERS, broker(`b${number}`, {}, { labels: { odd: String(number % 2) } }));
    }
    const deleted = await world.request("DELETE", `${BROKERS}?labelSelector=odd%3D1`);
    expect([deleted.body.kind, deleted.body.items.length]).toEqual(["BrokerList", 250]);
    await world.request("DELETE", `${BROKERS}?limit=1`);
    expect((await get(world, BROKERS)).body.items).toHaveLength(250);
    await world.request("DELETE", BROKERS);
    expect((await get(world, BROKERS)).body.items).toEqual([]);
    expect((await world.request("DELETE", "/api/v1/namespaces")).code).toBe(405);
  });
});

describe("[CP-NS] the end of a namespace", () => {
  const TEAM = "/api/v1/namespaces/team";
  const IN_TEAM = BROKERS.replace("default", "team");

  async function team(): Promise<World> {
    const world = new World();
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
    await world.request("POST", "/api/v1/namespaces", namespace);
    return world;
  }

  test("[CP-NS-4] shows that it waits to be emptied, by its finalizer and what holds it", async () => {
    const world = await team();
    await world.request("POST", IN_TEAM, broker("held", {}, { finalizers: ["example.com/hold"] }));
    await world.request("POST", IN_TEAM, broker("free"));
    const deleted = await world.request("DELETE", TEAM);
    expect(deleted.body).toMatchObject({ spec: { finalizers: ["kubernetes"] }, status: { phase: "Terminating" } });
    await world.settle();
    const since = { status: "True", lastTransitionTime: expect.stringMatching(/^2026-01-02T03:04:0\dZ$/) };
    expect((await get(world, TEAM)).body.status).toEqual({
      phase: "Terminating",
      conditions: [
        {
          ...since,
          type: "NamespaceContentRemaining",
          reason: "SomeResourcesRemain",
          message: "Some resources are remaining: brokers.eventing.knative.dev has 1 resource instances",
        },
        {
          ...since,
          type: "NamespaceFinalizersRemaining",
          reason: "SomeFinalizersRemain",
          message: "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        },
      ],
    });
    const before = (await get(world, TEAM)).body;
    await world.engine.alarm();
    expect((await get(world, TEAM)).body).toEqual(before);
    await world.request("PATCH", `${IN_TEAM}/held`, { metadata: { finalizers: null } });
    await world.settle();
    expect(await code(world, TEAM)).toBe(404);
  });

  test("[CP-NS-5] its own finalizers hold it when it is empty; a crash does not keep it", async () => {
    const world = await team();
    await world.request("PATCH", TEAM, { metadata: { finalizers: ["example.com/hold"] } });
    await world.request("DELETE", TEAM);
    await world.settle();
    expect(await code(world, TEAM)).toBe(200);
    await world.request("PATCH", TEAM, { metadata: { finalizers: null } });
    world.restart();
    await world.settle();
    expect(await code(world, TEAM)).toBe(404);
  });

  test("[CP-NS-6] more than one pass holds is emptied in several", async () => {
    const world = await team();
    for (let number = 0; number < 1001; number++) await world.request("POST", IN_TEAM, broker(`b${number}`));
    await world.request("DELETE", TEAM);
    await world.engine.alarm();
    expect((await get(world, IN_TEAM)).body.items).toHaveLength(501);
    await world.settle();
    expect(await code(world, TEAM)).toBe(404);
    expect(world.configured.size).toBe(0);
  });
});
