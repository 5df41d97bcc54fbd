import { describe, expect, test } from "vitest";
import { FakeChannels } from "./fake-channels.ts";

const LIMIT = 26_214_400;
const BINARY = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };

/** A body of `bytes` in 1 MB pieces that counts what was read and whether it was cancelled. */
function countedStream(bytes: number, end: "close" | "error" = "close") {
  const seen = { pulled: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = Math.min(1_000_000, bytes - seen.pulled);
        if (size > 0) {
          seen.pulled += size;
          controller.enqueue(new Uint8Array(size));
        } else if (end === "close") controller.close();
        else controller.error(new Error("connection lost"));
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

function post(body: ReadableStream | Uint8Array, headers: Record<string, string> = {}): Request {
  const init: RequestInit = { method: "POST", headers: { ...BINARY, ...headers }, body, duplex: "half" };
  return new Request("http://127.0.0.1:8080/default/b", init);
}

function fresh(): FakeChannels {
  return new FakeChannels("default/broker/b");
}

describe("body limits", () => {
  test.each([true, false])("[ING-10] exactly 26,214,400 bytes are accepted (length declared: %s)", async (declared) => {
    const channels = fresh();
    const { stream } = countedStream(LIMIT);
    const response = await channels.handle(post(stream, declared ? { "content-length": String(LIMIT) } : {}));
    expect([response.status, channels.events[0]?.data.length]).toEqual([202, LIMIT]);
  });

  const tooLarge = [413, { error: "an event may have at most 26214400 bytes" }];

  test.each([true, false])("[ING-10] one byte more is 413 once all of it is sent (declared: %s)", async (declared) => {
    const counted = countedStream(LIMIT + 1);
    const headers: Record<string, string> = declared ? { "content-length": String(LIMIT + 1) } : {};
    const response = await fresh().handle(post(counted.stream, headers));
    expect([response.status, await response.json()]).toEqual(tooLarge);
    expect(counted.seen.pulled).toBe(LIMIT + 1);
  });

  test.each([
    ["/default", {}, 400],
    ["/apis/b", {}, 404],
    ["/default/b", { "idempotency-key": "" }, 400],
  ])("[ING-10] what is refused unread is cancelled: %s with %j", async (path, headers, status) => {
    const { stream, seen } = countedStream(10);
    const init: RequestInit = { method: "POST", headers, body: stream, duplex: "half" };
    const response = await fresh().handle(new Request(`http://127.0.0.1:8080${path}`, init));
    expect([response.status, seen]).toEqual([status, { pulled: 0, cancelled: true }]);
  });

  test("[ING-10] no more than twice the limit is read", async () => {
    const counted = countedStream(LIMIT * 3);
    const response = await fresh().handle(post(counted.stream));
    expect([response.status, await response.json()]).toEqual(tooLarge);
    expect(counted.seen).toEqual({ pulled: 53_000_000, cancelled: true });
  });

  test.each([
    ["a declared length over twice the limit", { "content-length": String(LIMIT * 2 + 1) }],
    ["a producer that asks first", { "content-length": String(LIMIT + 1), expect: "100-continue" }],
  ])("[ING-10] %s is 413 without reading anything", async (_, headers) => {
    const counted = countedStream(LIMIT + 1);
    const response = await fresh().handle(post(counted.stream, headers));
    expect([response.status, counted.seen]).toEqual([413, { pulled: 0, cancelled: true }]);
  });

  test("[ING-10] a body over the limit that breaks off is 413 too", async () => {
    const counted = countedStream(1_000_000, "error");
    const response = await fresh().handle(post(counted.stream, { "content-length": String(LIMIT + 1) }));
    expect(response.status).toBe(413);
  });

  test("[ING-10] a body that breaks off or is shorter than declared is 400", async () => {
    const statuses = await Promise.all(
      [
        post(countedStream(10, "error").stream),
        post(countedStream(10, "error").stream, { "content-length": "20" }),
        post(countedStream(10).stream, { "content-length": "20" }),
      ].map(async (request) => (await fresh().handle(request)).status),
    );
    expect(statuses).toEqual([400, 400, 400]);
  });

  test("[ING-10] no body is empty data", async () => {
    const channels = fresh();
    const request = new Request("http://127.0.0.1:8080/default/b", { method: "POST", headers: BINARY });
    expect((await channels.handle(request)).status).toBe(202);
    expect(channels.events[0]?.data).toEqual(new Uint8Array(0));
  });
});

describe("budget of large bodies", () => {
  const TWENTY_MB = 20_000_000;
  const large = () => post(countedStream(TWENTY_MB).stream, { "content-length": String(TWENTY_MB) });

  function stuck(channels: FakeChannels) {
    const { promise, resolve } = Promise.withResolvers<void>();
    channels.answer = async () => {
      await promise;
      return { kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0" }] };
    };
    return resolve;
  }

  test("[ING-11] a full isolate answers 503 with Retry-After, small events pass, and room comes back", async () => {
    const channels = fresh();
    const release = stuck(channels);
    const first = channels.handle(large());
    const second = await channels.handle(large());
    expect([second.status, second.headers.get("retry-after")]).toEqual([503, "1"]);
    const undeclared = await channels.handle(post(countedStream(TWENTY_MB).stream));
    expect(undeclared.status).toBe(503);
    const small = channels.handle(post(new Uint8Array(10)));
    release();
    expect([(await first).status, (await small).status]).toEqual([202, 202]);
    expect((await channels.handle(large())).status).toBe(202);
    expect(channels.records.map(({ reason }) => reason)).toEqual(
      Array(2).fill("large bodies fill this isolate's memory"),
    );
  });

  test("[ING-11] what a vanished request held is taken back after two minutes", async () => {
    const channels = fresh();
    stuck(channels);
    const vanished = channels.handle(large());
    expect((await channels.handle(large())).status).toBe(503);
    channels.answer = undefined;
    channels.nowMs += 120_001;
    expect((await channels.handle(large())).status).toBe(202);
    expect(vanished).toBeInstanceOf(Promise);
  });
});
