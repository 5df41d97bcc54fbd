/** Tokens at a running router: who may post events and use the API, and for how long. */
import { createHmac } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { createToken, secretsUrl } from "../kit/access-token.ts";
import { apply, type RouterApi } from "../kit/apply.ts";
import { type Router, startRouter } from "./harness.ts";
import { exchange, requestBytes } from "./raw-http.ts";

const ADMIN = "correct-horse-battery-staple";
const EVENTING = "eventing.knative.dev/v1";
/** What was changed at the API holds at the ingress within this time, milliseconds. */
const SOON_MS = 1_000;
const POLL_MS = 10;

describe("a router with an admin token", () => {
  let router: Router;
  let api: RouterApi;
  let publisher: string;

  beforeAll(async () => {
    router = await startRouter({ env: { SLUICE_ADMIN_TOKEN: ADMIN } });
    api = { url: router.url, token: ADMIN };
    publisher = await createToken(api, { name: "ci", role: "publisher" });
    await apply(api, { apiVersion: EVENTING, kind: "Broker", metadata: { name: "b" } });
    const annotations = { "sluice.dev/public-ingress": "true" };
    await apply(api, { apiVersion: EVENTING, kind: "Broker", metadata: { name: "public", annotations } });
  });

  it("[ACCESS-1] a publisher and the admin may post, a viewer not; without a token only a public Broker takes events", async () => {
    const viewer = await createToken(api, { name: "vera", role: "viewer" });
    const everywhere = await createToken(api, { name: "all", role: "publisher", namespace: "sluice-system" });
    await untilStatus(router, 202, everywhere);
    const statuses = [];
    for (const token of [publisher, ADMIN, everywhere, viewer, `${publisher}x`, undefined]) {
      statuses.push((await post(router, "b", token)).status);
    }
    expect(statuses).toEqual([202, 202, 202, 403, 401, 401]);
    expect((await post(router, "public")).status).toBe(202);
    const refused = await post(router, "b");
    expect([refused.headers.get("www-authenticate"), JSON.parse(await refused.text())]).toEqual([
      'Bearer realm="sluice"',
      { error: expect.stringContaining("role publisher") },
    ]);
  });

  it("[ACCESS-2] what a role may do at the API; a publisher finds its way and no more", async () => {
    const viewer = await createToken(api, { name: "reader", role: "viewer" });
    const status = async (path: string, token: string) =>
      (await fetch(`${router.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
    const brokers = `/apis/${EVENTING}/namespaces/default/brokers`;
    expect([await status(brokers, viewer), await status(brokers, publisher)]).toEqual([200, 403]);
    expect([await status("/api/v1/namespaces/default/secrets", viewer), await status(brokers, "wrong")]).toEqual([
      403, 401,
    ]);
  });

  it("[ACCESS-3] a token holds from its Secret's creation to its deletion, within a second", async () => {
    const token = await createToken(api, { name: "short", role: "publisher" });
    expect(await untilStatus(router, 202, token)).toBeLessThan(SOON_MS);
    const headers = { authorization: `Bearer ${ADMIN}` };
    await (await fetch(`${secretsUrl(api)}/short`, { method: "DELETE", headers })).text();
    expect(await untilStatus(router, 401, token)).toBeLessThan(SOON_MS);
    expect((await post(router, "b", publisher)).status).toBe(202);
  });

  it("[ACCESS-4] webhooks are governed by their signatures alone", async () => {
    const secretToken = "signed";
    await apply(api, { apiVersion: "v1", kind: "Secret", metadata: { name: "hook" }, stringData: { secretToken } });
    await apply(api, {
      apiVersion: "sources.knative.dev/v1alpha1",
      kind: "GitHubSource",
      metadata: { name: "gh" },
      spec: {
        ownerAndRepository: "o/r",
        eventTypes: ["ping"],
        secretToken: { secretKeyRef: { name: "hook", key: "secretToken" } },
        sink: { ref: { apiVersion: EVENTING, kind: "Broker", name: "b" } },
      },
    });
    const body = JSON.stringify({ zen: "x", repository: { full_name: "o/r", html_url: "https://github.com/o/r" } });
    const signature = (key: string) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
    const statuses = [];
    for (const key of [secretToken, "other"]) {
      const answer = await fetch(`${router.url}/default/webhooks/gh`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-github-event": "ping",
          "x-github-delivery": `delivery-${key}`,
          "x-hub-signature-256": signature(key),
        },
        body,
      });
      statuses.push(answer.status);
      await answer.text();
    }
    expect(statuses).toEqual([202, 400]);
  });

  it.each(["a b", "[]", "a:b:c", "%"])("[ACCESS-7] Host %j at the API: 400", async (host) => {
    const headers = [`Host: ${host}`, `Authorization: Bearer ${ADMIN}`];
    const bytes = requestBytes(router.port, { method: "GET", path: "/version", headers });
    const { status, body } = await exchange(router.port, bytes);
    expect([status, body]).toEqual([400, '{"error":"the Host header is no host"}']);
  });

  it("[ACCESS-5] a restart keeps tokens; nothing of them is in the output", async () => {
    const output = router.output();
    await router.stop();
    router = await router.restart();
    expect([(await post(router, "b", publisher)).status, (await post(router, "b")).status]).toEqual([202, 401]);
    for (const text of [output, router.output()])
      expect([text.includes(publisher), text.includes(ADMIN)]).toEqual([false, false]);
    await router.stop();
  });
});

describe("a router in open mode", () => {
  it("[ACCESS-6] asks nobody, takes a token at its word, and stops being open with its first request after a restart", async () => {
    const router = await startRouter();
    await apply(router, { apiVersion: EVENTING, kind: "Broker", metadata: { name: "b" } });
    const viewer = await createToken(router, { name: "vera", role: "viewer" });
    const statuses = [];
    for (const token of [undefined, viewer, "wrong"]) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(secretsUrl(router), { headers });
      statuses.push([(await post(router, "b", token)).status, answer.status]);
      await answer.text();
    }
    expect(statuses).toEqual([
      [202, 200],
      [202, 403],
      [202, 401],
    ]);
    await router.stop();
    const closed = await startRouter({
      port: router.port,
      dataDir: router.dataDir,
      env: { SLUICE_ADMIN_TOKEN: ADMIN },
    });
    expect([(await post(closed, "b")).status, (await post(closed, "b", ADMIN)).status]).toEqual([401, 202]);
    await closed.stop();
  });
});

describe("names that nobody made", () => {
  it("[ACCESS-7] leave nothing on the disk, however many are tried; a Broker of one is reached at once", async () => {
    const router = await startRouter();
    const files = () => readdirSync(join(router.dataDir, "objects"), { recursive: true }).length;
    await apply(router, { apiVersion: EVENTING, kind: "Broker", metadata: { name: "b" } });
    await (await post(router, "b")).text();
    const before = files();
    const tried = Array.from({ length: 50 }, (_, index) => post(router, `made-up-${index}`));
    expect(new Set((await Promise.all(tried)).map(({ status }) => status))).toEqual(new Set([404]));
    expect(files()).toBe(before);
    await apply(router, { apiVersion: EVENTING, kind: "Broker", metadata: { name: "made-up-7" } });
    expect((await post(router, "made-up-7")).status).toBe(202);
    await router.stop();
  });
});

function post({ url }: { readonly url: string }, broker: string, token?: string): Promise<Response> {
  return fetch(`${url}/default/${broker}`, {
    method: "POST",
    headers: {
      "ce-specversion": "1.0",
      "ce-id": crypto.randomUUID(),
      "ce-source": "/test",
      "ce-type": "test",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: "{}",
  });
}

/** Posts until the answer is this, and returns how long that took, milliseconds. */
async function untilStatus(router: Router, status: number, token: string): Promise<number> {
  const begin = performance.now();
  while ((await post(router, "b", token)).status !== status) {
    if (performance.now() - begin > 10 * SOON_MS) throw new Error(`no ${status} came`);
    await wait(POLL_MS);
  }
  return performance.now() - begin;
}
