/** What holders of tokens try beyond their rights. */
import { describe, expect, test } from "vitest";
import { BROKERS, broker, SECRETS, secret, TRIGGERS, trigger } from "./control-plane-world.ts";
import { TokenWorld, tokenOf, tokenSecret } from "./token-world.ts";

const EVENT_TYPES = "/apis/eventing.knative.dev/v1beta2/namespaces/default/eventtypes";

/** A request whose body ends after something else has happened. */
async function slowly(
  world: TokenWorld,
  request: { readonly method: string; readonly path: string; readonly token: string; readonly body: object },
  meanwhile: () => Promise<unknown>,
) {
  const { method, path, token, body } = request;
  const text = new TextEncoder().encode(JSON.stringify(body));
  const started = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        started.resolve();
        await goOn.promise;
        controller.enqueue(text);
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const answer = world.engine.api.request(`http://sluice.test${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": type },
    body: stream,
    duplex: "half",
  });
  await started.promise;
  await meanwhile();
  goOn.resolve();
  const { status } = await answer;
  return status;
}

describe("[ACC-14] a request that outlasts its token does nothing", () => {
  const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } };
  const configs = "/api/v1/namespaces/default/configmaps";
  const operator = "/apis/sluice.dev/v1alpha1/namespaces/default/triggers/t/skip";
  test.each([
    ["POST", SECRETS, tokenSecret("forged", "admin")],
    ["PATCH", `${SECRETS}/plain`, { metadata: { labels: { a: "b" } } }],
    ["PATCH", `${SECRETS}/plain?dryRun=All`, { metadata: { labels: { a: "b" } } }],
    ["PUT", `${configs}/c`, { ...config, data: { a: "b" } }],
    ["DELETE", `${configs}/c`, { kind: "DeleteOptions", apiVersion: "v1" }],
    ["DELETE", configs, { kind: "DeleteOptions", apiVersion: "v1" }],
    ["POST", operator, { to: "latest" }],
  ])("%s %s", async (method, path, body) => {
    const world = new TokenWorld();
    await world.request("POST", BROKERS, broker("b"));
    await world.request("POST", TRIGGERS, trigger("t"));
    await world.request("POST", SECRETS, secret("plain", { a: "b" }));
    await world.request("POST", configs, config);
    const token = tokenOf(await world.request("POST", SECRETS, tokenSecret("ann", "admin")));
    const revoke = () => world.request("DELETE", `${SECRETS}/ann`);
    expect(await slowly(world, { method, path, token, body }, revoke)).toBe(401);
    const left = await world.request("GET", SECRETS);
    expect(left.body.items.map(({ metadata }) => metadata.name)).toEqual(["plain"]);
    expect((await world.request("GET", `${configs}/c`)).body.data).toBe(undefined);
    expect(world.operations).toEqual([]);
  });

  test("nor one whose role changes meanwhile", async () => {
    const world = new TokenWorld();
    const token = tokenOf(await world.request("POST", SECRETS, tokenSecret("ann", "admin")));
    const demote = () => world.request("PATCH", `${SECRETS}/ann`, { stringData: { role: "viewer" } });
    const body = tokenSecret("forged", "admin");
    expect(await slowly(world, { method: "POST", path: SECRETS, token, body }, demote)).toBe(401);
    expect((await world.request("GET", `${SECRETS}/forged`)).code).toBe(404);
  });
});

describe("[ACC-15] references into other namespaces", () => {
  const toTeam = { ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", namespace: "team", name: "b" } };
  const elsewhere = 'it refers to Broker "b" in namespace "team", where this token gives no rights';
  const eventType = (reference: object) => ({
    apiVersion: "eventing.knative.dev/v1beta2",
    kind: "EventType",
    metadata: { name: "e" },
    spec: { type: "x", reference },
  });

  test("a role of one namespace writes none", async () => {
    const world = new TokenWorld();
    const editor = await world.user("ed", "editor");
    const own = trigger("own", { subscriber: { ref: { ...toTeam.ref, namespace: "default" } } });
    expect((await editor("POST", TRIGGERS, own)).code).toBe(201);
    for (const spec of [
      { subscriber: toTeam },
      { delivery: { deadLetterSink: toTeam } },
      { subscriber: { ...toTeam, uri: "/x" } },
    ]) {
      const created = await editor("POST", TRIGGERS, trigger("t", spec));
      const message = `triggers.eventing.knative.dev "t" is forbidden: ${elsewhere}`;
      expect([created.code, created.body.message]).toEqual([403, message]);
      const patched = await editor("PATCH", `${TRIGGERS}/own`, { spec });
      expect([patched.code, patched.body.message]).toEqual([403, message.replace('"t"', '"own"')]);
    }
    const created = await editor("POST", EVENT_TYPES, eventType(toTeam.ref));
    const message = `eventtypes.eventing.knative.dev "e" is forbidden: ${elsewhere}`;
    expect([created.code, created.body.message]).toEqual([403, message]);
  });

  test("what somebody else referred to stays when other things change", async () => {
    const world = new TokenWorld();
    const editor = await world.user("ed", "editor");
    await world.request("POST", TRIGGERS, trigger("t", { subscriber: toTeam }));
    const labelled = await editor("PATCH", `${TRIGGERS}/t`, { metadata: { labels: { a: "b" } } });
    const filtered = await editor("PATCH", `${TRIGGERS}/t`, { spec: { filter: { attributes: { type: "x" } } } });
    const led = await editor("PATCH", `${TRIGGERS}/t`, { spec: { subscriber: { ref: { name: "other" } } } });
    expect([labelled.code, filtered.code, led.code]).toEqual([200, 200, 403]);
  });

  test("a role of all namespaces writes them, and a policy may name senders of any", async () => {
    const world = new TokenWorld();
    const everywhere = await world.user("eve", "editor", "/api/v1/namespaces/sluice-system/secrets");
    expect((await everywhere("POST", TRIGGERS, trigger("t", { subscriber: toTeam }))).code).toBe(201);
    const editor = await world.user("ed", "editor");
    const policy = {
      apiVersion: "eventing.knative.dev/v1alpha1",
      kind: "EventPolicy",
      metadata: { name: "p" },
      spec: { from: [toTeam] },
    };
    const policies = "/apis/eventing.knative.dev/v1alpha1/namespaces/default/eventpolicies";
    expect((await editor("POST", policies, policy)).code).toBe(201);
  });
});

describe("[ACC-16] one token cannot take all watches", () => {
  test.each(["/apis/apiextensions.k8s.io/v1/customresourcedefinitions", BROKERS])("%s", async (path) => {
    const world = new TokenWorld();
    const everywhere = "/api/v1/namespaces/sluice-system/secrets";
    const token = tokenOf(await world.request("POST", everywhere, tokenSecret("vera", "viewer")));
    const open = async (presented: string) =>
      world.engine.api.request(`http://sluice.test${path}?watch=1`, {
        headers: { authorization: `Bearer ${presented}` },
      });
    const answers = [];
    for (let count = 0; count < 51; count++) answers.push(await open(token));
    expect(answers.map(({ status }) => status)).toEqual([...Array(50).fill(200), 429]);
    expect(await answers[50]?.json()).toMatchObject({
      message: "this token has 50 watches already, which is its limit",
      details: { retryAfterSeconds: 10 },
    });
    expect((await open("t")).status).toBe(200);
  });

  test("nor can all tokens of one namespace together", async () => {
    const world = new TokenWorld();
    const tokens = [];
    for (const name of ["ed", "pia", "vic"])
      tokens.push(tokenOf(await world.request("POST", SECRETS, tokenSecret(name, "viewer"))));
    const open = async (presented = "") =>
      (
        await world.engine.api.request(`http://sluice.test${BROKERS}?watch=1`, {
          headers: { authorization: `Bearer ${presented}` },
        })
      ).status;
    const answers = [];
    for (let count = 0; count < 101; count++) answers.push(await open(tokens[count % 3]));
    expect(answers).toEqual([...Array(100).fill(200), 429]);
  });
});
