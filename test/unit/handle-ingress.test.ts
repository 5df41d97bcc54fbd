import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { IngressState } from "../../src/ingress/handle-ingress.ts";
import { FakeChannels } from "./fake-channels.ts";

interface OracleCase {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly expectedStatus: number;
}

const oracle: { readonly cases: readonly OracleCase[] } = JSON.parse(
  readFileSync(new URL("../oracle/ingress-cases.json", import.meta.url), "utf8"),
);

const BINARY = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };
const ATTRIBUTES = { specversion: "1.0", id: "1", source: "/s", type: "t" };
const ORIGIN = "http://127.0.0.1:8080";

function post(path: string, headers: Record<string, string> = BINARY, body: string | Uint8Array = "{}"): Request {
  return new Request(`${ORIGIN}${path}`, { method: "POST", headers, body });
}

async function summary(response: Response) {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.text() };
}

describe("cases run through unmodified Knative", () => {
  test.each(oracle.cases)("[ING-2] $name: $expectedStatus", async ({ method, path, headers, body, expectedStatus }) => {
    const channels = new FakeChannels("default/broker/b");
    const canHaveBody = method !== "GET" && method !== "HEAD";
    const request = new Request(`${ORIGIN}${path}`, { method, headers, ...(canHaveBody && { body }) });
    const response = await channels.handle(request);
    expect([response.status, response.headers.get("allow")]).toEqual([expectedStatus, "POST, OPTIONS"]);
    expect(channels.events).toHaveLength(expectedStatus === 202 ? 1 : 0);
  });

  test("[ING-2] the table is there", () => {
    expect(oracle.cases.length).toBeGreaterThanOrEqual(47);
  });
});

describe("handleIngress", () => {
  test("[ING-3] stores a Broker's event with arrival time, hops and pass-through headers, without the ttl", async () => {
    const channels = new FakeChannels("default/broker/b");
    const headers = {
      ...BINARY,
      "ce-knativebrokerttl": "7",
      "ce-n": "5",
      "content-type": "text/plain",
      "x-request-id": "r",
      cookie: "c",
    };
    const response = await channels.handle(post("/default/b", headers, Uint8Array.from([0, 255])));
    expect(await summary(response)).toEqual({ status: 202, headers: { allow: "POST, OPTIONS" }, body: "" });
    const attributes = {
      ...ATTRIBUTES,
      n: "5",
      datacontenttype: "text/plain",
      knativearrivaltime: "2026-11-23T12:00:00.500Z",
    };
    expect(channels.events).toEqual([
      { head: { attributes, headers: [["x-request-id", "r"]], hops: 6 }, data: Uint8Array.from([0, 255]) },
    ]);
  });

  test("[ING-3] a Channel's event gets no arrival time and keeps one it brings", async () => {
    const channels = new FakeChannels("default/channel/c");
    await channels.handle(post("/default/channels/c", { ...BINARY, "ce-knativearrivaltime": "x" }));
    expect(channels.events.map(({ head }) => head)).toEqual([
      {
        attributes: { ...ATTRIBUTES, knativearrivaltime: "x", datacontenttype: "text/plain;charset=UTF-8" },
        headers: [],
        hops: 255,
      },
    ]);
  });

  test("[ING-3] a batch is one call with all its events, and one bad event refuses all", async () => {
    const channels = new FakeChannels("default/broker/b");
    const batch = { "content-type": "application/cloudevents-batch+json" };
    const event = (id: string, more = {}) => ({ ...ATTRIBUTES, id, data: id, ...more });
    const ok = await channels.handle(post("/default/b", batch, JSON.stringify([event("a"), event("b")])));
    const bad = await channels.handle(
      post("/default/b", batch, JSON.stringify([event("c"), event("d", { knativebrokerttl: 1 })])),
    );
    expect([ok.status, bad.status]).toEqual([202, 400]);
    expect(channels.requests.map(({ request }) => request.calls.map(({ lengths }) => lengths.length))).toEqual([[2]]);
    expect(channels.events.map(({ head }) => head.attributes.id)).toEqual(["a", "b"]);
  });

  test("[ING-3] a batch that grows too large with the headers of the request is 413, not a broken call", async () => {
    const channels = new FakeChannels("default/broker/b");
    const headers = { "content-type": "application/cloudevents-batch+json", baggage: "b".repeat(16_000) };
    const batch = (events: number) => JSON.stringify(Array(events).fill(ATTRIBUTES));
    const status = async (events: number) => (await channels.handle(post("/default/b", headers, batch(events)))).status;
    expect([await status(1_900), await status(2_000)]).toEqual([202, 413]);
    expect(channels.events).toHaveLength(1_900);
  });

  test("[ING-3] parses before it looks for the channel", async () => {
    const channels = new FakeChannels();
    const statuses = [
      post("/default/nope"),
      post("/default/nope", {}),
      post("/default/nope", { "content-type": "application/cloudevents+xml" }),
    ];
    expect(await Promise.all(statuses.map(async (request) => (await channels.handle(request)).status))).toEqual([
      404, 400, 415,
    ]);
  });

  test("[ING-3] says of a channel that is not there, or is not served, what to look at", async () => {
    const answer = await new FakeChannels().handle(post("/default/sequences/nope"));
    const error =
      'no sequence "nope" in namespace "default" takes events: create it, look at its status, or correct the address';
    expect([answer.status, await answer.json()]).toEqual([404, { error }]);
  });

  test("[ING-4] answers OPTIONS on any path with consent, other methods with 405", async () => {
    const channels = new FakeChannels();
    const options = await channels.handle(new Request(`${ORIGIN}/api`, { method: "OPTIONS" }));
    expect(await summary(options)).toEqual({
      status: 200,
      headers: { allow: "POST, OPTIONS", "webhook-allowed-origin": "*", "webhook-allowed-rate": "*" },
      body: "",
    });
    expect(await summary(await channels.handle(new Request(`${ORIGIN}/default/b`, { method: "PATCH" })))).toEqual({
      status: 405,
      headers: { allow: "POST, OPTIONS", "content-type": "application/json" },
      body: `{"error":"post events with POST to /{namespace}/{broker}; kubectl's API is below /api and /apis"}`,
    });
  });

  test("[ING-5] a repeated Idempotency-Key is accepted once and says so", async () => {
    const channels = new FakeChannels("default/broker/b");
    const keyed = { ...BINARY, "idempotency-key": "k" };
    const first = await channels.handle(post("/default/b", keyed));
    const second = await channels.handle(post("/default/b", keyed));
    expect([first.status, first.headers.get("sluice-duplicate")]).toEqual([202, null]);
    expect([second.status, second.headers.get("sluice-duplicate")]).toEqual([202, "true"]);
    expect(channels.requests.map(({ request }) => request.calls[0]?.key)).toEqual(["p:k", "p:k"]);
    expect(channels.events).toHaveLength(1);
  });

  test("[ING-5] an Idempotency-Key has 1 to 255 characters", async () => {
    const channels = new FakeChannels("default/broker/b");
    const status = async (key: string) =>
      (await channels.handle(post("/default/b", { ...BINARY, "idempotency-key": key }))).status;
    expect([await status("k".repeat(255)), await status("k".repeat(256)), await status("")]).toEqual([202, 400, 400]);
  });

  test("[ING-6] an overloaded channel is 503 with its Retry-After in whole seconds, and a log line", async () => {
    const channels = new FakeChannels("default/broker/b");
    channels.answer = async () => ({ kind: "overloaded", retryAfterMs: 1_200 });
    expect(await summary(await channels.handle(post("/default/b")))).toEqual({
      status: 503,
      headers: { allow: "POST, OPTIONS", "content-type": "application/json", "retry-after": "2" },
      body: '{"error":"the event was not accepted: send it again after Retry-After"}',
    });
    expect(channels.records).toEqual([
      { event: "event.refused", channel: "default/broker/b", status: 503, reason: "the channel is overloaded" },
    ]);
  });

  test("[ING-6] a call that throws is 503 with Retry-After: 1, and its text stays in the log", async () => {
    const channels = new FakeChannels("default/broker/b");
    for (const coalesce of [true, false]) {
      channels.settings.coalesce = coalesce;
      channels.answer = () => Promise.reject(new Error("object reset"));
      const response = await summary(await channels.handle(post("/default/b")));
      expect([response.status, response.headers["retry-after"]]).toEqual([503, "1"]);
      expect(response.body).not.toContain("object reset");
    }
    expect(channels.records.map(({ reason }) => reason)).toEqual(["Error: object reset", "Error: object reset"]);
  });
});

describe("names without a channel", () => {
  const nope = () => post("/default/nope");

  test("[ING-9] a Broker that was just created is reached at once after a few 404s", async () => {
    const channels = new FakeChannels();
    for (let time = 0; time < 10; time++) expect((await channels.handle(nope())).status).toBe(404);
    channels.names.add("default/broker/nope");
    expect((await channels.handle(nope())).status).toBe(202);
  });

  test("[ING-9] a flood at a wrong name stops costing object calls, and ends within half a second", async () => {
    const channels = new FakeChannels();
    channels.settings.coalesce = false;
    for (let time = 0; time < 200; time++) expect((await channels.handle(nope())).status).toBe(404);
    expect([channels.nameLookups.length, channels.requests.length]).toEqual([32, 0]);
    channels.names.add("default/broker/nope");
    channels.nowMs += 499;
    expect((await channels.handle(nope())).status).toBe(404);
    channels.nowMs += 1;
    expect((await channels.handle(nope())).status).toBe(202);
  });

  test("[ING-12] made-up names reach no object, and a channel that is known costs no look-up", async () => {
    const channels = new FakeChannels("default/broker/b");
    for (let name = 0; name < 100; name++) expect((await channels.handle(post(`/default/n${name}`))).status).toBe(404);
    expect(channels.requests).toEqual([]);
    channels.nameLookups.length = 0;
    for (let time = 0; time < 100; time++) expect((await channels.handle(post("/default/b"))).status).toBe(202);
    expect(channels.nameLookups).toEqual(["default/broker/b"]);
  });

  test("[ING-12] a channel that is gone is looked for again", async () => {
    const channels = new FakeChannels("default/broker/b");
    await channels.handle(post("/default/b"));
    channels.names.clear();
    expect([(await channels.handle(post("/default/b"))).status, channels.requests.length]).toEqual([404, 2]);
    expect([(await channels.handle(post("/default/b"))).status, channels.requests.length]).toEqual([404, 2]);
    channels.names.add("default/broker/b");
    expect((await channels.handle(post("/default/b"))).status).toBe(202);
  });

  test("[ING-12] a control plane that cannot say leaves the answer to the object", async () => {
    const channels = new FakeChannels("default/broker/b");
    channels.hasChannel = () => Promise.reject(new Error("object reset"));
    const statuses = [post("/default/b"), post("/default/nope")];
    expect(await Promise.all(statuses.map(async (request) => (await channels.handle(request)).status))).toEqual([
      202, 404,
    ]);
    channels.hasChannel = () => new Promise(() => {});
    channels.state = new IngressState(channels.settings);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const late = channels.handle(post("/default/b"));
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    expect((await late).status).toBe(202);
  });
});
