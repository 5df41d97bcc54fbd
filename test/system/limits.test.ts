/** Events of every size up to the limit arrive byte for byte, whichever way they come and go; larger ones are refused. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHUNK_BYTES, CHUNKED_ABOVE_BYTES, LEASE_BYTES, SEGMENT_BYTES } from "../../src/channel/limits.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { MAX_HOPS } from "../../src/core/hops.ts";
import { apply } from "../kit/apply.ts";
import { ByteSink } from "./byte-sink.ts";
import { type Router, startRouter } from "./harness.ts";
import { exchange, type RawRequest, requestBytes } from "./raw-http.ts";

/** The limit that README and settings name, bytes. */
const MAX_EVENT_BYTES = 26_214_400;
const BROKER = "limits";
const PATH = `/default/${BROKER}`;
const ATTRIBUTES = { specversion: "1.0", id: "1", source: "/limits", type: "large" };
const BINARY = Object.entries(ATTRIBUTES).map(([name, value]) => `ce-${name}: ${value}`);
const OCTETS = "Content-Type: application/octet-stream";
const JSON_TYPE = "Content-Type: application/json";
const STRUCTURED = "Content-Type: application/cloudevents+json";
const BATCHED = "Content-Type: application/cloudevents-batch+json";
/** More digits than a double holds. */
const BIG_NUMBER = '{"n":12345678901234567890}';

describe("sizes", () => {
  let router: Router;
  let sink: ByteSink;

  beforeAll(async () => {
    [router, sink] = await Promise.all([startRouter(), ByteSink.start()]);
    await apply(router, { apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name: BROKER } });
    for (const format of ["binary", "json"]) {
      await apply(router, {
        apiVersion: "eventing.knative.dev/v1",
        kind: "Trigger",
        metadata: { name: format },
        spec: { broker: BROKER, subscriber: { uri: `${sink.url}/${format}` }, delivery: { format } },
      });
    }
  });

  afterEach(() => sink.forget());

  const post = async (request: RawRequest): Promise<number | string> =>
    (await exchange(router.port, requestBytes(router.port, { path: PATH, ...request }))).status;

  /** Digests of the data that both Triggers' subscribers got; of the JSON format, decoded. */
  const delivered = async (count = 1): Promise<readonly string[]> => {
    const binary = await sink.at("/binary", count);
    const json = await sink.at("/json", count);
    expect([binary.length, json.length]).toEqual([count, count]);
    return [...binary.map(({ body }) => digest(body)), ...json.map(({ body }) => digest(dataOf(body)))].sort();
  };

  it("[LIMIT-1] 26,214,400 random bytes arrive in binary mode, with Content-Length and in chunks", async () => {
    const body = randomBytes(MAX_EVENT_BYTES);
    expect(await post({ headers: [...BINARY, OCTETS], body })).toBe(202);
    expect(await post({ headers: [...BINARY, OCTETS, CHUNKED], body: chunks(body), announceLength: false })).toBe(202);
    expect(await delivered(2)).toEqual(Array.from({ length: 4 }, () => digest(body)));
    const [first] = await sink.at("/binary", 1);
    expect(first?.headers["content-length"]).toBe(String(MAX_EVENT_BYTES));
  });

  it("[LIMIT-1] a structured event of 26,214,400 bytes in all arrives, its data in base64", async () => {
    const { body, data } = structured(MAX_EVENT_BYTES);
    expect(body.length).toBe(MAX_EVENT_BYTES);
    expect(await post({ headers: [STRUCTURED], body })).toBe(202);
    expect(await delivered()).toEqual([digest(data), digest(data)]);
  });

  it("[LIMIT-1] a batch of 26,214,400 bytes in all arrives", async () => {
    const one = structured(13_107_198);
    const other = structured(13_107_199);
    const body = Buffer.concat([Buffer.from("["), one.body, Buffer.from(","), other.body, Buffer.from("]")]);
    expect(body.length).toBe(MAX_EVENT_BYTES);
    expect(await post({ headers: [BATCHED], body })).toBe(202);
    expect(await delivered(2)).toEqual([one, one, other, other].map(({ data }) => digest(data)).sort());
  });

  it("[LIMIT-2] one byte more is refused with 413, whichever way it comes, and not delivered", async () => {
    const body = randomBytes(MAX_EVENT_BYTES + 1);
    const over = structured(MAX_EVENT_BYTES + 1).body;
    expect(await post({ headers: [...BINARY, OCTETS], body })).toBe(413);
    expect(await post({ headers: [...BINARY, OCTETS, CHUNKED], body: chunks(body), announceLength: false })).toBe(413);
    expect(await post({ headers: [STRUCTURED], body: over })).toBe(413);
    expect(await post({ headers: [STRUCTURED, CHUNKED], body: chunks(over), announceLength: false })).toBe(413);
    expect(await post({ headers: [...BINARY, JSON_TYPE], body: '"next"' })).toBe(202);
    expect(await delivered()).toEqual([digest('"next"'), digest('"next"')]);
  });

  it("[LIMIT-3] a number of twenty digits is not rounded on any way through", async () => {
    const event = `{"specversion":"1.0","id":"1","source":"/limits","type":"large","data":${BIG_NUMBER}}`;
    expect(await post({ headers: [...BINARY, JSON_TYPE], body: BIG_NUMBER })).toBe(202);
    expect(await post({ headers: [STRUCTURED], body: event })).toBe(202);
    expect(await post({ headers: [BATCHED], body: `[${event},${event}]` })).toBe(202);
    expect((await sink.at("/binary", 4)).map(({ body }) => body.toString())).toEqual(Array(4).fill(BIG_NUMBER));
    const json = await sink.at("/json", 4);
    expect(json.map(({ body }) => /"data":(\{.*\})\}$/.exec(body.toString())?.[1])).toEqual(Array(4).fill(BIG_NUMBER));
  });

  it("[LIMIT-4] events around every boundary of the log arrive", async () => {
    const edges = [CHUNK_BYTES, 2 * CHUNK_BYTES, SEGMENT_BYTES, LEASE_BYTES, CHUNKED_ABOVE_BYTES - headBytes()];
    const sizes = [...edges.flatMap((size) => [size - 1, size, size + 1]), 0, 1, 1_500_000, 5_000_000];
    const bodies = sizes.map((size) => randomBytes(size));
    for (const body of bodies) expect(await post({ headers: [...BINARY, OCTETS], body })).toBe(202);
    expect(await delivered(sizes.length)).toEqual([...bodies, ...bodies].map(digest).sort());
  });

  it("[LIMIT-5] a batch of 500 events arrives whole, and not at all with one bad event", async () => {
    const events = Array.from({ length: 500 }, (_, index) => ({ ...ATTRIBUTES, id: `${index}`, data: index }));
    const bad = events.map((event, index) => (index === 499 ? { ...event, type: "" } : event));
    expect(await post({ headers: [BATCHED], body: JSON.stringify(bad) })).toBe(400);
    expect(await post({ headers: [BATCHED], body: JSON.stringify(events) })).toBe(202);
    const numbers = (await sink.at("/binary", 500)).map(({ body }) => Number(body.toString()));
    expect(numbers.sort((a, b) => a - b)).toEqual(events.map((event) => event.data));
    expect((await sink.at("/json", 500)).length).toBe(500);
  });

  it("[LIMIT-7] large events at the same time are each delivered or refused with 503, and then there is room", async () => {
    const bodies = Array.from({ length: 6 }, () => randomBytes(20_000_000));
    const headers = [...BINARY, OCTETS];
    const statuses = await Promise.all(bodies.map((body) => post({ headers, body })));
    expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
    expect(statuses).toContain(202);
    const taken = bodies.filter((_, index) => statuses[index] === 202);
    for (const body of bodies.filter((each) => !taken.includes(each))) expect(await post({ headers, body })).toBe(202);
    expect(await delivered(bodies.length)).toEqual([...bodies, ...bodies].map(digest).sort());
  });

  it("[LIMIT-8] a producer that hangs up within its large event leaves room for the next at once", async () => {
    const headers = [...BINARY, OCTETS, `Content-Length: ${MAX_EVENT_BYTES}`];
    const begun = requestBytes(router.port, { path: PATH, headers, body: "x", announceLength: false });
    await Promise.all(Array.from({ length: 3 }, () => exchange(router.port, begun, { reset: true })));
    const body = randomBytes(20_000_000);
    expect(await post({ headers: [...BINARY, OCTETS], body })).toBe(202);
    expect(await delivered()).toEqual([body, body].map(digest));
  });

  it("[LIMIT-6] a GitHub payload of 20 MB arrives byte for byte", async () => {
    const secret = "webhook secret";
    await apply(router, { apiVersion: "v1", kind: "Secret", metadata: { name: "github" }, stringData: { secret } });
    await apply(router, {
      apiVersion: "sources.knative.dev/v1alpha1",
      kind: "GitHubSource",
      metadata: { name: "repository" },
      spec: {
        ownerAndRepository: "o/r",
        eventTypes: ["push"],
        secretToken: { secretKeyRef: { name: "github", key: "secret" } },
        sink: { ref: { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: BROKER } },
      },
    });
    const body = Buffer.from(`{ "big" : 12345678901234567890,\n"text":"${randomBytes(10_000_000).toString("hex")}"}`);
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    const headers = [
      JSON_TYPE,
      "X-GitHub-Event: push",
      "X-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958",
      `X-Hub-Signature-256: sha256=${signature}`,
    ];
    expect(await post({ path: "/default/webhooks/repository", headers, body })).toBe(202);
    const [arrived] = await sink.at("/binary", 1);
    expect(digest(arrived?.body ?? "")).toBe(digest(body));
    expect(arrived?.headers["ce-type"]).toBe("dev.knative.source.github.push");
  });
});

const CHUNKED = "Transfer-Encoding: chunked";

/** In chunks of uneven sizes. */
function chunks(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, size = 1; at < body.length; at += size, size = 1 + ((size * 7) % 250_007)) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** An event in JSON of exactly this many bytes, with as much random data as fits. */
function structured(size: number): { readonly body: Buffer; readonly data: Buffer } {
  const head = `${JSON.stringify(ATTRIBUTES).slice(0, -1)},"datacontenttype":"application/octet-stream","data_base64":"`;
  const data = randomBytes(Math.floor((size - head.length - 2) / 4) * 3);
  const text = `${head}${data.toString("base64")}"}`;
  return { body: Buffer.from(text.padEnd(size)), data };
}

/** Of the stored form of an event of these tests. */
function headBytes(): number {
  const knativearrivaltime = new Date(0).toISOString();
  const attributes = { ...ATTRIBUTES, datacontenttype: "application/octet-stream", knativearrivaltime };
  return encodeEvent({ head: { attributes, headers: [], hops: MAX_HOPS }, data: new Uint8Array(0) }).length;
}

function dataOf(event: Buffer): Buffer | string {
  const { data, data_base64: base64 }: { data?: unknown; data_base64?: string } = JSON.parse(event.toString());
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  return data === undefined ? "" : JSON.stringify(data);
}

function digest(data: Buffer | string): string {
  return createHash("sha256").update(data).digest("hex");
}
