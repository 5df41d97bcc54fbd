import { describe, expect, test } from "vitest";
import { tokenDigest } from "../../src/core/access-token.ts";
import { parseChannelName } from "../../src/core/channel-name.ts";
import { type Answer, BROKERS, broker, SECRETS, secret, TRIGGERS, trigger, type World } from "./control-plane-world.ts";
import { TokenWorld, tokenOf, tokenSecret } from "./token-world.ts";
import { watch } from "./watch-reader.ts";

const SYSTEM = "/api/v1/namespaces/sluice-system/secrets";
const TEAM = "/api/v1/namespaces/team/secrets";
const OPERATOR = "/apis/sluice.dev/v1alpha1/namespaces/default";

describe("[TOK] the life of a token", () => {
  test("[TOK-1] the router makes the token; it works at once, and a restart keeps it", async () => {
    const world = new TokenWorld();
    const created = await world.request("POST", SECRETS, tokenSecret("ci", "viewer"));
    const token = tokenOf(created);
    expect([created.code, token]).toEqual([201, expect.stringMatching(/^sluice_[A-Za-z0-9_-]{43}$/)]);
    expect((await world.request("GET", `${SECRETS}/ci`)).body).toEqual(created.body);
    expect((await world.with(token)("GET", BROKERS)).code).toBe(200);
    world.restart();
    expect((await world.with(token)("GET", BROKERS)).code).toBe(200);
    expect(tokenOf(await world.request("POST", SECRETS, tokenSecret("other", "viewer")))).not.toBe(token);
  });

  test("[TOK-2] updates keep the token, and the role may change", async () => {
    const world = new TokenWorld();
    const created = await world.request("POST", SECRETS, tokenSecret("ci", "viewer"));
    const token = tokenOf(created);
    const use = world.with(token);
    expect((await use("POST", BROKERS, broker("b"))).code).toBe(403);
    const patched = await world.request("PATCH", `${SECRETS}/ci`, { stringData: { role: "editor" } });
    expect([patched.code, tokenOf(patched)]).toEqual([200, token]);
    expect((await use("POST", BROKERS, broker("b"))).code).toBe(201);
    const { resourceVersion } = (await world.request("GET", `${SECRETS}/ci`)).body.metadata;
    const replaced = tokenSecret("ci", "admin", { metadata: { name: "ci", resourceVersion } });
    expect(tokenOf(await world.request("PUT", `${SECRETS}/ci`, replaced))).toBe(token);
    expect(tokenOf(await world.request("PATCH", `${SECRETS}/ci`, { data: { token: null } }))).toBe(token);
    expect(world.rows).toEqual([{ secret: "default/ci", role: "admin" }]);
  });

  test("[TOK-3] no client chooses a token, and no other Secret becomes one", async () => {
    const world = new TokenWorld();
    const chosen = tokenSecret("ci", "viewer", { stringData: { role: "viewer", token: "sluice_mine" } });
    const refused = await world.request("POST", SECRETS, chosen);
    expect([refused.code, refused.body.reason, refused.body.message]).toEqual([
      422,
      "Invalid",
      'Secret "ci" is invalid: data[token]: Forbidden: the router makes the token: leave it out, and delete the Secret to get another one',
    ]);
    await world.request("POST", SECRETS, tokenSecret("ci", "viewer"));
    expect((await world.request("PATCH", `${SECRETS}/ci`, { stringData: { token: "sluice_mine" } })).code).toBe(422);
    await world.request("POST", SECRETS, tokenSecret("plain", "viewer", { type: "Opaque" }));
    const turned = await world.request("PATCH", `${SECRETS}/plain`, { type: "sluice.dev/access-token" });
    expect([turned.code, turned.body.message]).toEqual([400, expect.stringContaining("type")]);
    expect(world.rows).toEqual([{ secret: "default/ci", role: "viewer" }]);
  });

  test.each([
    ["owner", "invalid value: data[role]"],
    ["__proto__", "invalid value: data[role]"],
    ["", "invalid value: data[role]"],
    [undefined, "missing field(s): data[role]"],
  ])("[TOK-4] role %s is refused with what is allowed, and not repeated", async (role, message) => {
    const world = new TokenWorld();
    const secret = tokenSecret("ci", "", { stringData: role === undefined ? {} : { role } });
    const refused = await world.request("POST", SECRETS, secret);
    const roles = "a Secret of type sluice.dev/access-token has one of the roles viewer, editor, admin, publisher";
    expect([refused.code, refused.body.message]).toEqual([400, `validation failed: ${message}\n${roles}`]);
    const broken = { ...tokenSecret("ci", ""), stringData: {}, data: { role: "%" } };
    expect((await world.request("POST", SECRETS, broken)).code).toBe(400);
    expect(world.rows).toEqual([]);
  });

  test("[TOK-5] deleting the Secret, or its namespace, revokes the token at once", async () => {
    const world = new TokenWorld();
    await world.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team" },
    });
    const inTeam = await world.user("ci", "viewer", TEAM);
    const here = await world.user("ci", "viewer");
    await world.request("DELETE", `${SECRETS}/ci`);
    expect((await here("GET", BROKERS)).code).toBe(401);
    const teamBrokers = BROKERS.replace("default", "team");
    expect((await inTeam("GET", teamBrokers)).code).toBe(200);
    await world.request("DELETE", "/api/v1/namespaces/team");
    expect((await inTeam("GET", teamBrokers)).code).toBe(401);
    expect(world.rows).toEqual([]);
    // Whatever is still written to its Secret before that goes.
    expect((await world.request("PATCH", `${TEAM}/ci`, { stringData: { role: "admin" } })).code).toBe(200);
    expect([(await inTeam("GET", teamBrokers)).code, world.rows]).toEqual([401, []]);
  });

  test("[TOK-5] a Secret that a finalizer holds is no token any more", async () => {
    const world = new TokenWorld();
    const held = tokenSecret("ci", "viewer", { metadata: { name: "ci", finalizers: ["a.test/hold"] } });
    const use = world.with(tokenOf(await world.request("POST", SECRETS, held)));
    await world.request("DELETE", `${SECRETS}/ci`);
    await world.request("PATCH", `${SECRETS}/ci`, { metadata: { labels: { a: "b" } } });
    expect((await use("GET", BROKERS)).code).toBe(401);
  });

  test("[TOK-6] a dry run makes no token", async () => {
    const world = new TokenWorld();
    const dry = await world.request("POST", `${SECRETS}?dryRun=All`, tokenSecret("ci", "viewer"));
    expect((await world.with(tokenOf(dry))("GET", BROKERS)).code).toBe(401);
  });

  test("[TOK-7] neither the database nor the log has the token in clear", async () => {
    const world = new TokenWorld();
    const token = tokenOf(await world.request("POST", SECRETS, tokenSecret("ci", "viewer")));
    const tables = ["object", "change", "token", "setting", "channel"];
    const rows = tables.flatMap((table) => world.database.prepare(`SELECT * FROM ${table}`).all());
    const latin = (_: string, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
    const text = JSON.stringify(rows, latin) + world.lines.join();
    expect(text).toContain(await tokenDigest(token));
    expect([text.includes(token), text.includes(btoa(token))]).toEqual([false, false]);
  });

  test("[TOK-8] a namespace has at most 200, which may change", async () => {
    const world = new TokenWorld();
    expect((await world.request("POST", SECRETS, tokenSecret("known", "viewer"))).code).toBe(201);
    for (let index = 0; index < 199; index++) {
      const insert =
        "INSERT INTO token (digest, secret_uid, namespace, name, role) VALUES (?, ?, 'default', ?, 'viewer')";
      world.database.prepare(insert).run(`d${index}`, `u${index}`, `n${index}`);
    }
    const refused = await world.request("POST", SECRETS, tokenSecret("ci", "viewer"));
    expect([refused.code, refused.body.message]).toEqual([403, expect.stringContaining("at most 200 access tokens")]);
    expect((await world.request("GET", `${SECRETS}/ci`)).code).toBe(404);
    expect((await world.request("POST", SYSTEM, tokenSecret("ci", "viewer"))).code).toBe(201);
    const plain = { apiVersion: "v1", kind: "Secret", metadata: { name: "plain" }, stringData: { role: "viewer" } };
    expect((await world.request("POST", SECRETS, plain)).code).toBe(201);
    expect((await world.request("PATCH", `${SECRETS}/known`, { stringData: { role: "editor" } })).code).toBe(200);
  });
});

describe("[ACC] users at the API", () => {
  test("[ACC-8] a viewer reads, but no Secrets; what it may not do is said in Kubernetes' words", async () => {
    const world = new TokenWorld();
    await world.request("POST", BROKERS, broker("b"));
    const vera = await world.user("vera", "viewer");
    const codes = [];
    for (const path of [BROKERS, `${BROKERS}/b`, TRIGGERS, `${OPERATOR}/brokers/b/stats`])
      codes.push(vera("GET", path));
    expect((await Promise.all(codes)).map(({ code }) => code)).toEqual([200, 200, 200, 200]);
    const create = await vera("POST", BROKERS, broker("c"));
    expect([create.code, create.body.message]).toEqual([
      403,
      'brokers.eventing.knative.dev is forbidden: User "vera" cannot create resource "brokers" in API group "eventing.knative.dev" in the namespace "default"',
    ]);
    for (const [method, path] of [
      ["GET", SECRETS],
      ["GET", `${SECRETS}/vera`],
      ["GET", `${SECRETS}?watch=true`],
      ["GET", `${OPERATOR}/brokers/b/log`],
      ["POST", `${OPERATOR}/brokers/b/deliveries/redrive`],
      ["PATCH", `${BROKERS}/b/status`],
      ["DELETE", BROKERS],
      ["GET", "/apis/eventing.knative.dev/v1/brokers"],
      ["GET", BROKERS.replace("default", "sluice-system")],
      ["PROPFIND", BROKERS],
    ] as const) {
      expect([method, path, (await vera(method, path)).code]).toEqual([method, path, 403]);
    }
  });

  test("[ACC-9] an editor handles Secrets as if tokens were none", async () => {
    const world = new TokenWorld();
    await world.request("POST", SECRETS, tokenSecret("ci", "publisher"));
    const ed = await world.user("ed", "editor");
    const plain = { apiVersion: "v1", kind: "Secret", metadata: { name: "plain" }, stringData: { a: "b" } };
    expect((await ed("POST", SECRETS, plain)).code).toBe(201);
    expect((await ed("GET", `${SECRETS}/plain`)).code).toBe(200);
    expect((await ed("GET", SECRETS)).body.items.map(({ metadata }) => metadata.name)).toEqual(["plain"]);
    for (const [method, path, body] of [
      ["GET", `${SECRETS}/ci`, undefined],
      ["PATCH", `${SECRETS}/ci`, { stringData: { role: "admin" } }],
      ["PUT", `${SECRETS}/ci`, tokenSecret("ci", "admin", { metadata: { name: "ci", resourceVersion: "1" } })],
      ["DELETE", `${SECRETS}/ci`, undefined],
      ["POST", SECRETS, tokenSecret("mine", "admin")],
    ] as const) {
      const refused = await ed(method, path, body);
      expect([method, refused.code, refused.body.message]).toEqual([
        method,
        403,
        expect.stringContaining('User "ed" is no admin, and it is an access token'),
      ]);
      expect(JSON.stringify(refused.body)).not.toContain("sluice_");
    }
    expect((await ed("DELETE", SECRETS)).body.items.map(({ metadata }) => metadata.name)).toEqual(["plain"]);
    expect((await world.request("GET", SECRETS)).body.items.map(({ metadata }) => metadata.name)).toEqual(["ci", "ed"]);
  });

  test.each([
    ["ci", "application/apply-patch+yaml", { apiVersion: "v1", kind: "Secret", metadata: { name: "ci" }, data: {} }],
    ["mine", "application/apply-patch+yaml", tokenSecret("mine", "admin")],
    ["ci", "application/json-patch+json", [{ op: "replace", path: "/data/role", value: btoa("admin") }]],
    ["ci", "application/strategic-merge-patch+json", { data: { role: btoa("admin") } }],
  ])("[ACC-9] nor does it reach %s by %s", async (name, type, patch) => {
    const world = new TokenWorld();
    await world.request("POST", SECRETS, tokenSecret("ci", "publisher"));
    const token = tokenOf(await world.request("POST", SECRETS, tokenSecret("ed", "editor")));
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const path = `${SECRETS}/${name}?fieldManager=m`;
    const refused = await world.request("PATCH", path, patch, headers);
    expect([refused.code, refused.body.reason]).toEqual([403, "Forbidden"]);
    expect(world.rows).toEqual([
      { secret: "default/ci", role: "publisher" },
      { secret: "default/ed", role: "editor" },
    ]);
  });

  test("[ACC-10] nobody raises themselves: an admin of a namespace gives rights there alone", async () => {
    const world = new TokenWorld();
    const ada = await world.user("ada", "admin");
    expect((await ada("POST", SECRETS, tokenSecret("more", "admin"))).code).toBe(201);
    expect((await ada("POST", SYSTEM, tokenSecret("more", "viewer"))).code).toBe(403);
    expect((await ada("DELETE", "/api/v1/namespaces/default")).code).toBe(403);
    const emil = await world.user("emil", "editor", SYSTEM);
    expect((await emil("POST", BROKERS, broker("b"))).code).toBe(201);
    for (const [method, path, body] of [
      ["POST", SYSTEM, { apiVersion: "v1", kind: "Secret", metadata: { name: "plain" } }],
      ["GET", `${SYSTEM}/emil`, undefined],
      ["DELETE", `${SYSTEM}/emil`, undefined],
    ] as const) {
      expect([method, (await emil(method, path, body)).code]).toEqual([method, 403]);
    }
    const root = await world.user("root", "admin", SYSTEM);
    expect((await root("POST", SYSTEM, tokenSecret("more", "viewer"))).code).toBe(201);
  });

  test("[ACC-11] the namespace of tokens for all is there from the start and stays", async () => {
    const world = new TokenWorld();
    const names = (await world.request("GET", "/api/v1/namespaces")).body.items.map(({ metadata }) => metadata.name);
    expect(names).toEqual(["default", "sluice-system"]);
    const refused = await world.request("DELETE", "/api/v1/namespaces/sluice-system");
    expect([refused.code, refused.body.message]).toEqual([
      403,
      'namespaces "sluice-system" is forbidden: this namespace may not be deleted',
    ]);
  });
});

describe("[ING-T] what channels are told of tokens", () => {
  const ingressOf = (world: World) => world.configured.get("default/broker/b")?.ingress;
  const digestIn = async (answer: Answer) => tokenDigest(tokenOf(answer));

  test("[ING-T-1] those that publish in the namespace or everywhere, and each change within one push", async () => {
    const world = new TokenWorld();
    await world.request("POST", BROKERS, broker("b"));
    await world.settle();
    expect(ingressOf(world)).toEqual({ kind: "tokens", digests: [] });
    const digests: string[] = [];
    for (const [secrets, role] of [
      [SECRETS, "publisher"],
      [SECRETS, "editor"],
      [SYSTEM, "admin"],
    ] as const) {
      digests.push(await digestIn(await world.request("POST", secrets, tokenSecret(role, role))));
    }
    await world.request("POST", SECRETS, tokenSecret("viewer", "viewer"));
    await world.settle();
    expect(ingressOf(world)).toEqual({ kind: "tokens", digests: [...digests].sort() });
    const before = world.nowMs;
    await world.request("DELETE", `${SYSTEM}/admin`);
    await world.request("PATCH", `${SECRETS}/editor`, { stringData: { role: "viewer" } });
    await world.settle();
    expect(ingressOf(world)).toEqual({ kind: "tokens", digests: digests.slice(0, 1) });
    expect(world.nowMs - before).toBeLessThan(100);
    const calls = world.calls.length;
    world.restart();
    await world.settle();
    expect(world.calls.slice(calls).filter((call) => call.startsWith("configure"))).toEqual([]);
  });

  test("[ING-T-2] a public Broker asks nobody", async () => {
    const world = new TokenWorld();
    const annotated = (value: string) => broker("b", {}, { annotations: { "sluice.dev/public-ingress": value } });
    const refused = await world.request("POST", BROKERS, annotated("yes"));
    expect([refused.code, refused.body.message]).toEqual([400, expect.stringContaining("expected true or false")]);
    await world.request("POST", BROKERS, annotated("true"));
    await world.settle();
    expect(ingressOf(world)).toEqual({ kind: "public" });
    await world.request("PATCH", `${BROKERS}/b`, {
      metadata: { annotations: { "sluice.dev/public-ingress": "false" } },
    });
    await world.settle();
    expect(ingressOf(world)).toEqual({ kind: "tokens", digests: [] });
  });

  test("[ING-T-3] a Broker and its Triggers stay Ready while tokens come and go", async () => {
    const world = new TokenWorld();
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t"));
    await world.settle();
    const ready = async () => [
      (await world.request("GET", `${BROKERS}/b`)).body.status,
      (await world.request("GET", `${TRIGGERS}/t`)).body.status,
    ];
    const before = await ready();
    world.failure = "unreachable";
    await world.request("POST", SECRETS, tokenSecret("ci", "publisher"));
    await world.settle();
    expect(await ready()).toEqual(before);
  });

  test("[ING-12] the control plane tells whether a channel exists, from before it is Ready", async () => {
    const world = new TokenWorld();
    const name = parseChannelName("default", "broker", "b");
    if (name === undefined) throw new Error("a channel can have this name");
    const has = () => world.engine.hasChannel(name);
    const before = has();
    await world.request("POST", BROKERS, broker("b"));
    world.failure = "unreachable";
    await world.settle();
    const unreachable = has();
    world.failure = undefined;
    world.nowMs += 60_000;
    await world.request("DELETE", `${BROKERS}/b`);
    await world.settle();
    expect([before, unreachable, has()]).toEqual([false, true, false]);
  });

  test("[ING-T-4] the control plane tells whether a token exists", async () => {
    const world = new TokenWorld();
    const digest = await digestIn(await world.request("POST", SECRETS, tokenSecret("vera", "viewer")));
    expect([world.engine.knowsToken(digest), world.engine.knowsToken("x")]).toEqual([true, false]);
  });
});

describe("[ACC] watches", () => {
  test("[ACC-12] an editor's watch of Secrets leaves tokens out", async () => {
    const world = new TokenWorld();
    await world.user("ed", "editor");
    const token = tokenOf(await world.request("GET", `${SECRETS}/ed`));
    const reader = await watch(world, `${SECRETS}?watch=1`, { authorization: `Bearer ${token}` });
    await world.request("POST", SECRETS, tokenSecret("ci", "publisher"));
    await world.request("POST", SECRETS, secret("plain", { a: "b" }));
    await world.request("DELETE", `${SECRETS}/ci`);
    expect((await reader.take()).map(({ type, object }) => [type, object.metadata.name])).toEqual([["ADDED", "plain"]]);
    expect(reader.text).not.toContain("sluice_");
  });

  test("[ACC-13] a watch ends with its token: nothing more is told", async () => {
    const world = new TokenWorld();
    const token = tokenOf(await world.request("POST", SECRETS, tokenSecret("vera", "viewer")));
    const reader = await watch(world, `${BROKERS}?watch=1`, { authorization: `Bearer ${token}` });
    await world.request("POST", BROKERS, broker("before"));
    expect((await reader.take()).map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ["ADDED", "before"],
    ]);
    await world.request("DELETE", `${SECRETS}/vera`);
    await world.request("POST", BROKERS, broker("after"));
    expect(await reader.take()).toMatchObject([{ type: "ERROR", object: { code: 401, reason: "Unauthorized" } }]);
    expect(reader.hasEnded).toBe(true);
  });
});
