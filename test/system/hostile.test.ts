/** Whatever is sent: a refusal that says what to change, nothing changed, and the router goes on. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../kit/apply.ts";
import { type Router, startRouter } from "./harness.ts";
import { HOSTILE_CALLERS } from "./hostile-callers.ts";
import { HOSTILE_EVENTS } from "./hostile-events.ts";
import { HOSTILE_HTTP } from "./hostile-http.ts";
import { BROKER, type HostileRequest, PATH, SECRET, SOURCE, VALID } from "./hostile-request.ts";
import { exchange, type RawAnswer, requestBytes } from "./raw-http.ts";
import { type Sink, startSink } from "./sink.ts";

const BROKERS = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";
const EVENT = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };

/** Everything a refused request must leave as it is. */
interface Unchanged {
  readonly log: unknown;
  readonly brokers: unknown;
  readonly deliveries: number;
}

describe("hostile requests", () => {
  let router: Router;
  let sink: Sink;
  let before: Unchanged;

  beforeAll(async () => {
    [router, sink] = await Promise.all([startRouter(), startSink()]);
    await applyAll(router, sink);
  });

  beforeEach(async () => {
    before = await state(router, sink);
  });

  it.each([...HOSTILE_EVENTS, ...HOSTILE_HTTP, ...HOSTILE_CALLERS])("[HOSTILE-1] $name: $status", async (request) => {
    const answer = await exchange(router.port, requestBytes(router.port, request), request);
    expect(answer.status).toBe(request.status);
    expectReason(answer, request);
    expect(await state(router, sink)).toEqual(before);
  });

  it("[HOSTILE-2] chunks win over a Content-Length, and what follows them is no second event of the first", async () => {
    const headers = [...VALID, "Content-Length: 4", "Transfer-Encoding: chunked"];
    const body = '9\r\n"chunked"\r\n0\r\n\r\n';
    const bytes = requestBytes(router.port, { path: PATH, headers, body, announceLength: false });
    expect((await exchange(router.port, bytes)).status).toBe(202);
    await sink.until(() => sink.requests.length > before.deliveries, {
      timeoutMs: 5_000,
      describe: () => "the event was not delivered",
    });
    expect(sink.requests.slice(before.deliveries).map((request) => request.body)).toEqual(['"chunked"']);
  });

  it("[HOSTILE-6] an answer that is an event too large for the log is no reply, and the delivery is done", async () => {
    const reply = { specversion: "1.0", id: "2", source: "/s", type: "reply", x: "a".repeat(3_000_000) };
    sink.answer("/", () => ({
      status: 200,
      headers: { "content-type": "application/cloudevents+json" },
      body: JSON.stringify(reply),
    }));
    const answer = await fetch(`${router.url}${PATH}`, { method: "POST", headers: EVENT, body: "reply to this" });
    expect(answer.status).toBe(202);
    await expect
      .poll(async () => (await stats(router)).subscriptions[0]?.counters, { timeout: 5_000 })
      .toMatchObject({ delivered: 2, unusableReplies: 1, replies: 0 });
    expect(sink.requests.length).toBe(before.deliveries + 1);
    sink.answer("/", () => ({ status: 202 }));
  });

  it("[HOSTILE-3] the same router still takes and delivers an event, and its objects never restarted", async () => {
    const answer = await fetch(`${router.url}${PATH}`, { method: "POST", headers: EVENT, body: "still here" });
    expect(answer.status).toBe(202);
    await sink.until(() => sink.requests.length > before.deliveries, {
      timeoutMs: 5_000,
      describe: () => "the event was not delivered",
    });
    expect(sink.requests.at(-1)?.body).toBe("still here");
    // A channel that restarts counts from zero.
    expect(await stats(router)).toMatchObject({ acceptedSinceWake: 3 });
    expect(router.output()).not.toMatch(/commit failed|control-plane\.error|uncaught/i);
  });
});

describe("a router that others can reach", () => {
  const wildcard = { HOST: "0.0.0.0" };

  it("[HOSTILE-4] without SLUICE_ADMIN_TOKEN it refuses every control-plane request and says so", async () => {
    const router = await startRouter({ env: wildcard });
    for (const headers of [{}, { authorization: "Bearer " }, { authorization: "Bearer undefined" }, basic("")]) {
      const answer = await fetch(`${router.url}${BROKERS}`, { headers });
      expect(answer.status).toBe(403);
      expect(JSON.parse(await answer.text())).toMatchObject({
        kind: "Status",
        code: 403,
        message: expect.stringContaining("SLUICE_ADMIN_TOKEN"),
      });
    }
    await router.stop();
  });

  it("[HOSTILE-5] with SLUICE_ADMIN_TOKEN it takes the token alone, as Bearer or as the password of Basic", async () => {
    const router = await startRouter({ env: { ...wildcard, SLUICE_ADMIN_TOKEN: "correct horse battery staple" } });
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await fetch(`${router.url}${BROKERS}`, { headers })).status;
    expect(await status(basic("correct horse battery staple"))).toBe(200);
    for (const wrong of [{}, basic(""), basic("correct"), basic("correct horse battery staple!")]) {
      expect(await status(wrong)).toBe(401);
    }
    await router.stop();
  });

  it("[HOSTILE-5] a foreign Host or Origin is no reason to refuse where the token decides", async () => {
    const router = await startRouter({ env: { ...wildcard, SLUICE_ADMIN_TOKEN: "token" } });
    const from = (authorization: string) =>
      exchange(
        router.port,
        requestBytes(router.port, {
          method: "GET",
          path: BROKERS,
          headers: ["Host: sluice.example", "Origin: https://console.example", `Authorization: ${authorization}`],
        }),
      );
    expect((await from("Bearer token")).status).toBe(200);
    expect((await from("bearer token")).status).toBe(200);
    expect((await from("Bearer tokens")).status).toBe(401);
    expect((await from("Bearer token, Bearer other")).status).toBe(401);
    expect((await from("token")).status).toBe(401);
    await router.stop();
  });
});

async function applyAll(router: Router, sink: Sink): Promise<void> {
  const broker = { apiVersion: "eventing.knative.dev/v1", kind: "Broker" };
  await apply(router, { ...broker, metadata: { name: BROKER } });
  await apply(router, {
    apiVersion: "eventing.knative.dev/v1",
    kind: "Trigger",
    metadata: { name: "all" },
    spec: { broker: BROKER, subscriber: { uri: sink.url } },
  });
  const metadata = { name: "webhook" };
  await apply(router, { apiVersion: "v1", kind: "Secret", metadata, stringData: { secret: SECRET } });
  await apply(router, {
    apiVersion: "sources.knative.dev/v1alpha1",
    kind: "GitHubSource",
    metadata: { name: SOURCE },
    spec: {
      ownerAndRepository: "o/r",
      eventTypes: ["push"],
      secretToken: { secretKeyRef: { name: "webhook", key: "secret" } },
      sink: { ref: { ...broker, name: BROKER } },
    },
  });
}

/** A refusal of the router is JSON with a reason; one of the HTTP layer below it is at least not empty. */
function expectReason(answer: RawAnswer, { status, says }: HostileRequest): void {
  if (status === "closed") return;
  if (says === undefined) {
    expect(answer.body).not.toBe("");
    return;
  }
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  const body: { readonly error?: string; readonly message?: string } = JSON.parse(answer.body);
  expect(body.error ?? body.message).toMatch(says);
}

async function state(router: Router, sink: Sink): Promise<Unchanged> {
  const brokers: { readonly items: readonly { readonly metadata: unknown }[] } = await read(router, BROKERS);
  return {
    log: (await stats(router)).head,
    brokers: brokers.items.map((broker) => broker.metadata),
    deliveries: sink.requests.length,
  };
}

interface Stats {
  readonly head: unknown;
  readonly subscriptions: readonly { readonly counters: Readonly<Record<string, number>> }[];
}

function stats(router: Router): Promise<Stats> {
  return read(router, `/apis/sluice.dev/v1alpha1/namespaces/default/brokers/${BROKER}/stats`);
}

async function read<Body>(router: Router, path: string): Promise<Body> {
  const answer = await fetch(`${router.url}${path}`);
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text());
}

function basic(password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` };
}
