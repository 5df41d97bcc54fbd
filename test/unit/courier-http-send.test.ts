import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/core/channel-protocol.ts";
import { decodeEvent } from "../../src/core/event-codec.ts";
import { CourierWorld, type Work, work } from "../kit/courier-world.ts";

const REPLY_BYTES = 4 * 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Overrides = Parameters<typeof work>[1];

/** Delivers one event to a subscriber that answers so, and returns what was reported. */
async function outcomeOf(answer: CourierWorld["subscriber"], overrides: Overrides = {}): Promise<Outcome> {
  const world = new CourierWorld();
  world.subscriber = answer;
  return deliver(world, work(1, overrides));
}

async function deliver(world: CourierWorld, delivery: Work): Promise<Outcome> {
  world.add(delivery);
  await world.runToEnd();
  const [settlement, ...more] = world.settled;
  if (settlement === undefined || more.length > 0) throw new Error(`${world.settled.length} outcomes`);
  return settlement.outcome;
}

const failed = (status: number, body: string) => ({
  kind: "failed",
  status,
  errorData: btoa(body),
  reason: String(status),
});
const unanswered = (reason: string) => ({ kind: "failed", errorData: btoa(reason), reason });

const REPLY_HEADERS = {
  "ce-specversion": "1.0",
  "ce-id": "r",
  "ce-source": "/subscriber",
  "ce-type": "reply",
  "ce-knativebrokerttl": "7",
  "content-type": "application/json",
  "x-request-id": "abc",
};
const REPLY_ATTRIBUTES = {
  specversion: "1.0",
  id: "r",
  source: "/subscriber",
  type: "reply",
  datacontenttype: "application/json",
};

function replyOf(outcome: Outcome) {
  if (outcome.kind !== "delivered" || outcome.reply === undefined) throw new Error("no reply");
  const { reply, ...rest } = outcome;
  const { head, data } = decodeEvent(reply);
  return { rest, head, data: decoder.decode(data) };
}

describe("a 2xx answer", () => {
  test.each([200, 201, 202, 204, 299])("[SND-1] %i without a body is delivered", async (status) => {
    expect(await outcomeOf(() => new Response(null, { status }))).toEqual({ kind: "delivered", status });
  });

  test("[SND-2] with a binary CloudEvent is a reply, with the hops of its cause", async () => {
    const outcome = await outcomeOf(() => new Response('{"a":1.0}', { status: 202, headers: REPLY_HEADERS }));
    expect(replyOf(outcome)).toEqual({
      rest: { kind: "delivered", status: 202 },
      head: { attributes: REPLY_ATTRIBUTES, headers: [["x-request-id", "abc"]], hops: 255 },
      data: '{"a":1.0}',
    });
  });

  test("[SND-3] with a structured CloudEvent is a reply", async () => {
    const body = JSON.stringify({ ...REPLY_ATTRIBUTES, knativebrokerttl: 7, data: { a: 1 } });
    const headers = { "content-type": "application/cloudevents+json" };
    expect(replyOf(await outcomeOf(() => new Response(body, { headers })))).toEqual({
      rest: { kind: "delivered", status: 200 },
      head: { attributes: REPLY_ATTRIBUTES, headers: [], hops: 255 },
      data: '{"a":1}',
    });
  });

  test.each([
    ["text", "text/plain", "thanks"],
    ["a batch", "application/cloudevents-batch+json", JSON.stringify([REPLY_ATTRIBUTES, REPLY_ATTRIBUTES])],
    ["a malformed event", "application/cloudevents+json", '{"specversion":"1.0"}'],
    ["an unknown event format", "application/cloudevents+protobuf", "x"],
  ])("[SND-4] with %s is a success with an unusable reply", async (_, contentType, body) => {
    const outcome = await outcomeOf(() => new Response(body, { headers: { "content-type": contentType } }));
    expect(outcome).toEqual({ kind: "delivered", status: 200, unusableReply: true });
  });

  test("[SND-5] with a reply of the largest size is kept, of one byte more is a failure", async () => {
    const bodyOf = (bytes: number) => () => new Response(new Uint8Array(bytes), { headers: REPLY_HEADERS });
    expect(replyOf(await outcomeOf(bodyOf(REPLY_BYTES))).data.length).toBe(REPLY_BYTES);
    expect(await outcomeOf(bodyOf(REPLY_BYTES + 1))).toEqual({
      ...unanswered(`the reply is over ${REPLY_BYTES} bytes`),
      status: 413,
    });
  });

  test("[SND-6] whose body nobody wants is delivered, and its body cancelled", async () => {
    let cancelled = 0;
    const endless = () =>
      new ReadableStream({
        cancel() {
          cancelled++;
          throw new Error("already closed");
        },
      });
    const outcome = await outcomeOf(() => new Response(endless(), { status: 200 }), { route: { wantsReply: false } });
    expect(outcome).toEqual({ kind: "delivered", status: 200 });
    expect(cancelled).toBe(1);
  });
});

describe("any other answer", () => {
  test.each([400, 404, 429, 500, 503])("[SND-7] %i fails with its body", async (status) => {
    expect(await outcomeOf(() => new Response("sorry", { status }))).toEqual(failed(status, "sorry"));
  });

  test.each([767, 768, 769, 100_000])("[SND-8] of %i bytes is kept up to 768 bytes", async (bytes) => {
    const outcome = await outcomeOf(() => new Response("x".repeat(bytes), { status: 500 }));
    expect(outcome).toEqual(failed(500, "x".repeat(Math.min(bytes, 768))));
  });

  test("[SND-9] that never ends is read to the limit and cancelled", async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(encoder.encode("x".repeat(500)));
      },
      cancel() {
        cancelled = true;
        throw new Error("already closed");
      },
    });
    expect(await outcomeOf(() => new Response(endless, { status: 500 }))).toEqual(failed(500, "x".repeat(768)));
    expect(cancelled).toBe(true);
  });

  test("[SND-10] whose body breaks off keeps its status", async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("reset"));
      },
    });
    expect(await outcomeOf(() => new Response(broken, { status: 400 }))).toEqual(failed(400, ""));
  });

  test.each([301, 302, 307, 308])("[SND-11] a %i is a failure without data and is not followed", async (status) => {
    const world = new CourierWorld();
    world.subscriber = () => new Response("moved", { status, headers: { location: "http://other.example/" } });
    expect(await deliver(world, work(1))).toEqual(failed(status, ""));
    expect(world.requests.map(({ url, init }) => [url, init.redirect])).toEqual([
      ["http://subscriber.example/", "manual"],
    ]);
  });

  test.each([
    [429, "7", 7_000],
    [503, "7", 7_000],
    [503, "soon", undefined],
    // Whether it counts, core/retry.ts says.
    [500, "7", 7_000],
  ])("[SND-12] the Retry-After of a %i, %s, is reported as %s ms", async (status, header, retryAfterMs) => {
    const outcome = await outcomeOf(() => new Response("", { status, headers: { "retry-after": header } }));
    expect(outcome).toEqual({ ...failed(status, ""), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  });
});

describe("no answer", () => {
  test("[SND-13] a connection error is a failure without a status", async () => {
    const outcome = await outcomeOf(() => Promise.reject(new Error("connection refused")));
    expect(outcome).toEqual(unanswered("no answer: connection refused"));
  });

  test("[SND-14] the timeout ends a request whose headers do not come", async () => {
    const world = new CourierWorld();
    world.subscriber = ({ init }) =>
      new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    const startMs = world.clock.nowMs;
    expect(await deliver(world, work(1, { route: { timeoutMs: 700 } }))).toEqual(unanswered("no answer within 700 ms"));
    expect(world.settled.map(({ tookMs }) => tookMs)).toEqual([700]);
    expect(world.clock.nowMs - startMs).toBeLessThan(1_000);
  });

  test("[SND-15] the timeout ends a request whose body does not end", async () => {
    const outcome = await outcomeOf(
      ({ init }) => {
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(encoder.encode("{"));
            init.signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
          },
        });
        return new Response(body, { headers: REPLY_HEADERS });
      },
      { route: { timeoutMs: 700 } },
    );
    expect(outcome).toEqual(unanswered("no answer within 700 ms"));
  });

  test("[SND-25] an answer in time leaves no timeout behind", async () => {
    const world = new CourierWorld();
    await deliver(world, work(1, { route: { timeoutMs: 700 } }));
    await world.clock.advance(1_000);
    expect(world.requests.map(({ init }) => init.signal?.aborted)).toEqual([false]);
  });

  test("[SND-16] the text of an error is cut as an answer would be", async () => {
    const outcome = await outcomeOf(() => Promise.reject(new Error("x".repeat(2_000))));
    expect(outcome.kind === "failed" ? atob(outcome.errorData).length : 0).toBe(768);
  });
});

describe("a request", () => {
  async function sent(overrides: Overrides = {}) {
    const world = new CourierWorld();
    let body: Uint8Array = new Uint8Array(0);
    world.subscriber = async ({ init }) => {
      body = new Uint8Array(await new Response(init.body ?? null).arrayBuffer());
      return new Response(null, { status: 202 });
    };
    const outcome = await deliver(world, work(1, overrides));
    const [request] = world.requests;
    if (request === undefined) throw new Error("nothing was sent");
    return {
      outcome,
      method: request.init.method,
      headers: Object.fromEntries(request.headers),
      body: decoder.decode(body),
    };
  }
  const attributes = { specversion: "1.0", id: "1", source: "/test", type: "t", datacontenttype: "text/plain" };

  test("[SND-17] is binary, says its namespace and that a reply is welcome", async () => {
    expect(await sent({ route: { namespace: "prod" } })).toEqual({
      outcome: { kind: "delivered", status: 202 },
      method: "POST",
      headers: {
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "/test",
        "ce-type": "t",
        "content-type": "text/plain",
        "kn-namespace": "prod",
        prefer: "reply",
      },
      body: "data 1",
    });
  });

  test("[SND-18] does not say so where a reply would go nowhere", async () => {
    expect((await sent({ route: { wantsReply: false } })).headers.prefer).toBeUndefined();
  });

  test("[SND-19] carries the headers that travel with the event, which never replace its own", async () => {
    const headers = [
      ["traceparent", "00-1-2-01"],
      ["kn-namespace", "forged"],
    ] as const;
    expect((await sent({ head: { attributes, headers, hops: 1 } })).headers).toMatchObject({
      traceparent: "00-1-2-01",
      "kn-namespace": "default",
    });
  });

  test("[SND-20] carries the error extensions of a dead letter", async () => {
    const extensions = { knativeerrorcode: "500", knativeerrordest: "http://s.example/" };
    const { headers } = await sent({ purpose: "dead-letter", extensions, route: { wantsReply: false } });
    expect(headers).toMatchObject({ "ce-knativeerrorcode": "500", "ce-knativeerrordest": "http://s.example/" });
  });

  test("[SND-21] is one JSON document in the JSON format", async () => {
    const { headers, body } = await sent({ route: { format: "json" } });
    expect(headers).toEqual({
      "content-type": "application/cloudevents+json",
      "kn-namespace": "default",
      prefer: "reply",
    });
    expect(JSON.parse(body)).toEqual({ ...attributes, data: "data 1" });
  });

  const parts = [encoder.encode("first "), encoder.encode("second "), encoder.encode("third")];

  test("[SND-22] streams data too large for a lease part by part", async () => {
    expect(await sent({ parts })).toMatchObject({
      headers: { "ce-id": "1", "content-type": "text/plain", prefer: "reply" },
      body: "first second third",
    });
  });

  test("[SND-23] gathers such data where the form needs it whole", async () => {
    const json = await sent({ parts, route: { format: "json" } });
    expect(JSON.parse(json.body)).toEqual({ ...attributes, data: "first second third" });
    const itself = { ...attributes, datacontenttype: "application/cloudevents+json" };
    const event = encoder.encode(JSON.stringify(attributes));
    const nested = await sent({
      head: { attributes: itself, headers: [], hops: 1 },
      parts: [event.subarray(0, 10), event.subarray(10)],
    });
    expect(JSON.parse(nested.body)).toEqual({ ...itself, data: attributes });
  });

  test("[SND-24] fails when a part is not in the log any more", async () => {
    const world = new CourierWorld();
    world.subscriber = async ({ init }) => {
      await new Response(init.body ?? null).arrayBuffer();
      return new Response(null, { status: 202 });
    };
    world.partOf = (all, part) => (part === 1 ? undefined : all[part]);
    expect(await deliver(world, work(1, { parts }))).toEqual(
      unanswered("no answer: the event's data is not in the log any more"),
    );
  });
});

describe("a subscriber behind a service binding", () => {
  test("[SND-26] is asked through it, under its URL; others are asked over the network", async () => {
    const world = new CourierWorld();
    const url = "http://orders.default.svc.cluster.local/in";
    await deliver(world, work(1, { route: { target: { kind: "url", url, binding: "ORDERS" } } }));
    world.settled.length = 0;
    await deliver(world, work(2));
    expect(world.requests.map((request) => [request.url, request.binding])).toEqual([
      [url, "ORDERS"],
      ["http://subscriber.example/", undefined],
    ]);
  });
});
