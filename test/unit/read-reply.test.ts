import { expect, test } from "vitest";
import type { Header } from "../../src/core/event.ts";
import { readReply } from "../../src/courier/read-reply.ts";

const CAUSE = { headers: [], hops: 255 };
const BATCH = "application/cloudevents-batch+json";
const batch = JSON.stringify([{ specversion: "1.0", id: "b", source: "/b", type: "b" }]);
const unusable = { kind: "delivered", status: 200, unusableReply: true };
const none = { kind: "delivered", status: 200 };

const cases: readonly [name: string, body: string | null, headers: Record<string, string>, outcome: object][] = [
  ["an empty answer is none", null, {}, none],
  ["an empty answer of a structured type is none", null, { "content-type": "application/cloudevents+json" }, none],
  ["an empty answer that says its length is none", "", { "content-length": "0" }, none],
  [
    "ce- headers without an event are unusable, even with no length",
    "",
    { "content-length": "0", "ce-id": "1" },
    unusable,
  ],
  ["text is unusable", "hello", { "content-type": "text/plain" }, unusable],
  ["ce- headers without an event are unusable, even without a body", null, { "ce-specversion": "1.0" }, unusable],
  ["a batch is unusable, even of one event", batch, { "content-type": BATCH }, unusable],
];
for (const [name, body, headers, outcome] of cases) {
  test(`[RPL-1] ${name}`, async () => {
    expect(await readReply(new Response(body, { headers }), CAUSE, {})).toEqual(outcome);
  });
}

const event = { "ce-specversion": "1.0", "ce-id": "r", "ce-source": "/r", "ce-type": "r" };
const lengths: readonly [name: string, headers: Record<string, string>][] = [
  ["that says how long it is", { "content-length": "5" }],
  ["that does not", {}],
  ["that was packed, and so is longer than it says", { "content-length": "2", "content-encoding": "gzip" }],
];
for (const [name, headers] of lengths) {
  test(`[RPL-2] the data of an answer ${name} is read whole`, async () => {
    const outcome = await readReply(new Response("hello", { headers: { ...event, ...headers } }), CAUSE, {});
    if (outcome.kind !== "delivered" || outcome.reply === undefined) throw new Error("no reply");
    expect(new TextDecoder().decode(outcome.reply.data)).toBe("hello");
  });
}

const tooLong: readonly [name: string, headers: Record<string, string>, dropsReply: boolean, outcome: object][] = [
  ["that is an event is a failure", event, false, { kind: "failed", status: 413 }],
  ["of a structured type too", { "content-type": "application/cloudevents+json" }, false, { kind: "failed" }],
  ["that is no event is a success without a reply", { "content-type": "text/html" }, false, unusable],
  ["whose reply goes nowhere is a success", event, true, none],
];
for (const [name, headers, dropsReply, outcome] of tooLong) {
  test(`[RPL-3] an answer over 4 MB ${name}, and is not read to its end`, async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
      cancel: () => {
        isCancelled = true;
      },
    });
    const response = new Response(body, { headers: { ...headers, "content-length": "99999999" } });
    expect(await readReply(response, CAUSE, { dropsReply })).toMatchObject(outcome);
    expect(isCancelled).toBe(true);
  });
}

test("[RPL-5] an answer that breaks off is a success where its reply goes nowhere", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("the connection broke")) });
  expect(await readReply(new Response(body, { headers: event }), CAUSE, { dropsReply: true })).toEqual(none);
});

const TRACED: readonly Header[] = [
  ["x-request-id", "of the event"],
  ["traceparent", "00-1-2-01"],
  ["tracestate", "vendor=1"],
  ["baggage", "user=1"],
];
const traces: readonly [name: string, own: Record<string, string>, headers: readonly Header[]][] = [
  ["without a trace is of that of its event, but has no other of its headers", {}, TRACED.slice(1)],
  [
    "of a trace of its own stays in it",
    { traceparent: "00-3-4-01", "x-request-id": "own" },
    [
      ["traceparent", "00-3-4-01"],
      ["x-request-id", "own"],
    ],
  ],
  ["with half a trace is of that of its event", { tracestate: "other=1" }, TRACED.slice(1)],
];
for (const [name, own, headers] of traces) {
  test(`[RPL-4] a reply ${name}`, async () => {
    const outcome = await readReply(
      new Response("hello", { headers: { ...event, ...own } }),
      {
        headers: TRACED,
        hops: 255,
      },
      {},
    );
    if (outcome.kind !== "delivered" || outcome.reply === undefined) throw new Error("no reply");
    expect(outcome.reply.head.headers).toEqual(headers);
  });
}
