import { describe, expect, test } from "vitest";
import type { AppendAnswer } from "../../src/core/channel-protocol.ts";
import { decodeEvent } from "../../src/core/event-codec.ts";
import type { WebhookLookup } from "../../src/core/webhook-source.ts";
import { handleWebhook } from "../../src/sources/github/handle-webhook.ts";
import { isSigned, parseSignature } from "../../src/sources/github/signature.ts";
import { brokerChannel, GUID, PAYLOAD, ready, type Sent, type World, webhook, world } from "./webhook-world.ts";

const encoder = new TextEncoder();

async function seen(response: Response) {
  const text = await response.text();
  const error: unknown = text === "" ? undefined : JSON.parse(text).error;
  return { status: response.status, error };
}

describe("[GH-1] checks in their order", () => {
  const cases: readonly [name: string, sent: Sent, status: number, error: string][] = [
    ["GET", { method: "GET" }, 405, "webhooks are posted"],
    ["another path", { path: "/ns/webhooks" }, 404, "webhooks are posted to /{namespace}/webhooks/{source}"],
    ["no event header", { headers: { "x-github-event": undefined } }, 400, '"X-GitHub-Event" header is not set'],
    ["odd event", { headers: { "x-github-event": "a b" } }, 400, '"X-GitHub-Event" header is no event name'],
    [
      "long delivery id",
      { headers: { "x-github-delivery": "x".repeat(129) } },
      400,
      '"X-GitHub-Delivery" header is longer than 128 characters or has others than printable ASCII',
    ],
    ["large body", { body: "x".repeat(1001), secret: "wrong" }, 413, "the body is larger than 1000 bytes"],
    ["empty body", { body: "", secret: "wrong" }, 400, "the body is empty"],
    [
      "no signature",
      { headers: { "x-hub-signature-256": undefined, "x-github-delivery": undefined } },
      400,
      '"X-Hub-Signature-256" header is not set: give the webhook a secret',
    ],
    [
      "SHA-1 signature",
      { headers: { "x-hub-signature-256": "sha1=0000000000000000000000000000000000000000" } },
      400,
      '"X-Hub-Signature-256" header is not sha256= and 64 hex digits',
    ],
    [
      "wrong secret",
      { secret: "wrong", body: "no json" },
      400,
      '"X-Hub-Signature-256" does not fit: the webhook has another secret than the source',
    ],
    ["no delivery id", { headers: { "x-github-delivery": undefined } }, 400, '"X-GitHub-Delivery" header is not set'],
    [
      "content type",
      { body: "no json", headers: { "content-type": "text/plain" } },
      415,
      "set the webhook's content type to application/json or application/x-www-form-urlencoded",
    ],
    ["no JSON", { body: '{"a":1' }, 400, "the payload is no valid JSON object"],
    ["no object", { body: "[]" }, 400, "the payload is no valid JSON object"],
  ];
  test.each(cases)("%s", async (_name, sent, status, error) => {
    const ports = world();
    const response = await handleWebhook(webhook(sent), ports);
    expect(response.headers.get("Allow")).toBe("POST, OPTIONS");
    expect(await seen(response)).toEqual({ status, error });
    expect(ports.appended).toEqual([]);
  });

  test.each([
    ["/ns/webhooks", "issues", 404],
    ["/ns/webhooks/hello", "", 400],
  ])("the body of what is refused unread is cancelled: %s", async (path, eventName, status) => {
    let cancelled = false;
    const cancel = () => {
      cancelled = true;
      // As when GitHub is gone.
      throw new Error("connection lost");
    };
    const body = new ReadableStream<Uint8Array>({ cancel });
    const headers = { "x-github-event": eventName };
    const init: RequestInit = { method: "POST", headers, body, duplex: "half" };
    const response = await handleWebhook(new Request(`http://127.0.0.1:8080${path}`, init), world());
    expect([response.status, cancelled]).toEqual([status, true]);
  });

  test("OPTIONS is answered without a lookup", async () => {
    const ports = world();
    const response = await handleWebhook(webhook({ method: "OPTIONS" }), ports);
    expect([response.status, response.headers.get("Allow"), ports.lookups]).toEqual([200, "POST, OPTIONS", 0]);
  });

  test("a source that is missing, not ready or not answered for", async () => {
    expect(await seen(await handleWebhook(webhook(), world({ kind: "not-found" })))).toEqual({
      status: 404,
      error: "there is no source hello in namespace ns",
    });
    const notReady = await handleWebhook(webhook(), world({ kind: "not-ready", reason: "Secret gh is missing" }));
    expect(notReady.headers.get("Retry-After")).toBe("1");
    expect(await seen(notReady)).toEqual({ status: 503, error: "source hello is not ready: Secret gh is missing" });
    const failing = { ...world(), lookup: () => Promise.reject(new Error("down")) };
    expect((await handleWebhook(webhook(), failing)).status).toBe(503);
  });

  test("bodies that cannot be read", async () => {
    const kinds: readonly ["busy" | "broken", number][] = [
      ["busy", 503],
      ["broken", 400],
    ];
    for (const [kind, status] of kinds) {
      const ports = { ...world(), readBody: async () => ({ kind }) };
      expect((await handleWebhook(webhook(), ports)).status).toBe(status);
    }
  });
});

describe("[GH-2] signatures", () => {
  test("GitHub's documented vector", async () => {
    const signature = parseSignature("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    const body = encoder.encode("Hello, World!");
    if (signature === undefined) throw new Error("no signature");
    expect(await isSigned(body, signature, ["It's a Secret to Everybody"])).toBe(true);
    expect(await isSigned(encoder.encode("Hello, World?"), signature, ["It's a Secret to Everybody"])).toBe(false);
    expect(await isSigned(body, signature, ["It's a Secret to Nobody"])).toBe(false);
  });

  test.each(["", "sha256=", `sha256=${"0".repeat(63)}`, `sha256=${"g".repeat(64)}`, `sha256=${"0".repeat(65)}`])(
    "%s is no signature",
    (header) => expect(parseSignature(header)).toBe(undefined),
  );

  test("the previous secret is good as long as the source lists it", async () => {
    const both = world(ready("new", "old"));
    expect((await handleWebhook(webhook({ secret: "old" }), both)).status).toBe(202);
    expect((await handleWebhook(webhook({ secret: "old" }), world(ready("new")))).status).toBe(400);
  });

  test("a rotated secret works at once, for requests that come together too", async () => {
    const ports = world(ready("old"));
    expect((await handleWebhook(webhook({ secret: "old" }), ports)).status).toBe(202);
    ports.source = ready("new");
    const together = [1, 2, 3].map(() => handleWebhook(webhook({ secret: "new" }), ports));
    expect((await Promise.all(together)).map((response) => response.status)).toEqual([202, 202, 202]);
    const before = ports.lookups;
    expect((await handleWebhook(webhook({ secret: "new" }), ports)).status).toBe(202);
    expect(ports.lookups).toBe(before);
  });

  test("a flood of wrong signatures cannot make every request a lookup", async () => {
    const ports = world();
    for (let count = 0; count < 200; count++) await handleWebhook(webhook({ secret: "wrong" }), ports);
    expect(ports.lookups).toBe(17);
    ports.nowMs += 1_000;
    for (let count = 0; count < 200; count++) await handleWebhook(webhook({ secret: "wrong" }), ports);
    expect(ports.lookups).toBe(21);
  });
});

describe("[GH-3] lookups are remembered", () => {
  test("for five seconds when ready", async () => {
    const ports = world();
    for (const nowMs of [0, 4_999, 5_000]) {
      ports.nowMs = nowMs;
      await handleWebhook(webhook(), ports);
    }
    expect(ports.lookups).toBe(2);
  });

  test("a source is found as soon as it exists, unless a flood asks for it", async () => {
    const ports = world({ kind: "not-found" });
    expect((await handleWebhook(webhook(), ports)).status).toBe(404);
    ports.source = ready("s3cret");
    expect((await handleWebhook(webhook(), ports)).status).toBe(202);

    const flooded = world({ kind: "not-found" });
    for (let count = 0; count < 100; count++) await handleWebhook(webhook(), flooded);
    expect(flooded.lookups).toBe(32);
    flooded.source = ready("s3cret");
    flooded.nowMs += 500;
    expect((await handleWebhook(webhook(), flooded)).status).toBe(202);
  });

  test("for at most 1,024 sources", async () => {
    const ports = world();
    const first = "/ns/webhooks/s0";
    for (let count = 0; count < 1_024; count++) await handleWebhook(webhook({ path: `/ns/webhooks/s${count}` }), ports);
    await handleWebhook(webhook({ path: first }), ports);
    expect(ports.lookups).toBe(1_024);
    await handleWebhook(webhook({ path: "/ns/webhooks/one-more" }), ports);
    await handleWebhook(webhook({ path: first }), ports);
    expect(ports.lookups).toBe(1_026);
  });

  test("what was asked for again is newer than what was asked for once", async () => {
    const ports = world();
    for (let count = 0; count < 1_024; count++) await handleWebhook(webhook({ path: `/ns/webhooks/s${count}` }), ports);
    ports.nowMs += 5_000;
    for (const name of ["s0", "one-more", "s0"]) await handleWebhook(webhook({ path: `/ns/webhooks/${name}` }), ports);
    expect(ports.lookups).toBe(1_026);
  });

  test("who holds an old answer gets the one that another request asked for", async () => {
    const ports = world(ready("old"));
    const path = { namespace: "ns", name: "hello" };
    const old = await ports.sources.find(path, ports.lookup, 0);
    ports.source = ready("new");
    expect(await ports.sources.refresh(path, old, ports.lookup, 0)).toEqual(ready("new"));
    expect(await ports.sources.refresh(path, old, ports.lookup, 0)).toEqual(ready("new"));
    expect(ports.lookups).toBe(2);
  });
});

describe("[GH-4] payloads pass byte for byte", () => {
  function storedData(ports: World): string {
    const bytes = ports.appended[0]?.request.bytes;
    if (bytes === undefined) throw new Error("nothing was appended");
    return new TextDecoder().decode(decodeEvent(bytes).data);
  }

  test("JSON", async () => {
    const ports = world();
    const headers = { "content-type": "application/json; charset=utf-8" };
    expect((await handleWebhook(webhook({ headers }), ports)).status).toBe(202);
    expect(storedData(ports)).toBe(PAYLOAD);
  });

  test("a form, whose signature covers the form and whose data is the decoded field", async () => {
    const ports = world();
    const payload = '{"title":"100% & Ünïcode + =","n":12345678901234567890}';
    const body = new URLSearchParams({ first: "payload=x", payload, last: "1" }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await handleWebhook(webhook({ body, headers }), ports)).status).toBe(202);
    expect(storedData(ports)).toBe(payload);
  });

  test.each(["other=1", "payload=%7B%7", "payload=%7B%7&payload=%7B%7D", "payload=%7B%7x", "notpayload=%7B%7D"])(
    "the form %s has none",
    async (body) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      expect(await seen(await handleWebhook(webhook({ body, headers }), world()))).toEqual({
        status: 400,
        error: "the form has no valid field named payload",
      });
    },
  );
});

describe("[GH-5] answers follow the durable append", () => {
  test("202 with the webhook's key on the append; the second time marked as a duplicate", async () => {
    const ports = world();
    const first = await handleWebhook(webhook(), ports);
    expect([first.status, first.headers.get("Sluice-Duplicate"), await first.text()]).toEqual([202, null, ""]);
    const [{ name, request } = { name: "", request: undefined }] = ports.appended;
    expect(name).toBe("ns/broker/default");
    expect(request?.calls).toEqual([{ lengths: [request?.bytes.length], key: `w:uid-1:${GUID}` }]);
    ports.answer = async () => ({ kind: "accepted", calls: [{ kind: "stored", duplicate: true, position: "0-1" }] });
    const second = await handleWebhook(webhook(), ports);
    expect([second.status, second.headers.get("Sluice-Duplicate")]).toEqual([202, "true"]);
  });

  const refusals: readonly [name: string, answer: () => Promise<AppendAnswer>, retryAfter: string, error: string][] = [
    [
      "overloaded",
      async () => ({ kind: "overloaded", retryAfterMs: 2_500 }),
      "3",
      "the sink's channel takes no more events at the moment",
    ],
    ["not found", async () => ({ kind: "not-found" }), "1", "the source's sink does not exist"],
    ["rejected", () => Promise.reject(new Error("gone")), "1", "the sink's channel did not answer"],
    [
      "thrown",
      () => {
        throw new Error("gone");
      },
      "1",
      "the sink's channel did not answer",
    ],
  ];
  test.each(refusals)("503 when the append is %s", async (_name, answer, retryAfter, error) => {
    const ports = world();
    ports.answer = answer;
    const response = await handleWebhook(webhook(), ports);
    expect(response.headers.get("Retry-After")).toBe(retryAfter);
    expect(await seen(response)).toEqual({ status: 503, error });
  });

  describe("when the sink's channel is gone", () => {
    const stored: AppendAnswer = { kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-1" }] };
    const other = brokerChannel("other");
    async function switched(newer: WebhookLookup) {
      const ports = world();
      // A flood of wrong signatures does not keep it from being looked up.
      for (let count = 0; count < 20; count++) await handleWebhook(webhook({ secret: "wrong" }), ports);
      ports.source = newer;
      ports.answer = async (name) => (name === other ? stored : { kind: "not-found" });
      const sources = [1, 2].map(() => handleWebhook(webhook(), ports));
      const answers = await Promise.all((await Promise.all(sources)).map(seen));
      return { answers, appended: ports.appended };
    }

    test("the webhook goes to the one that the source has now, once and with the same key", async () => {
      const { answers, appended } = await switched({ ...ready("s3cret"), channel: other });
      expect(answers).toEqual([202, 202].map((status) => ({ status, error: undefined })));
      const taken = appended.filter(({ name }) => name === other);
      expect(taken.map(({ request }) => request.calls.map(({ key }) => key))).toEqual(
        [1, 2].map(() => [`w:uid-1:${GUID}`]),
      );
    });

    test.each<[string, WebhookLookup]>([
      ["another source of that name", { ...ready("s3cret"), channel: other, sourceUid: "uid-2" }],
      ["no sink", { kind: "not-ready", reason: "no sink" }],
    ])("%s gets nothing", async (_name, newer) => {
      const { answers, appended } = await switched(newer);
      const refused = { status: 503, error: "the source's sink does not exist" };
      expect([answers, appended.some(({ name }) => name === other)]).toEqual([[refused, refused], false]);
    });
  });

  test("503 before GitHub gives up on a channel that hangs", async () => {
    const ports = world();
    const asked = Promise.withResolvers<void>();
    ports.answer = () => {
      asked.resolve();
      return new Promise(() => {});
    };
    const answer = handleWebhook(webhook(), ports);
    await asked.promise;
    expect([...ports.planned.keys()]).toEqual([9_000]);
    ports.planned.get(9_000)?.();
    expect((await answer).status).toBe(503);
  });

  test.each([
    ["the channel", "s3cret", "the sink's channel did not answer"],
    ["the second lookup", "wrong", "the source could not be looked up"],
  ])("%s has the time that the first lookup left", async (_name, secret, error) => {
    const ports = world();
    const second = Promise.withResolvers<() => void>();
    const plannedMs: number[] = [];
    const schedule = (delayMs: number, giveUp: () => void) => {
      if (plannedMs.push(delayMs) === 2) second.resolve(giveUp);
      return () => undefined;
    };
    const hangs = () => new Promise<never>(() => undefined);
    const lookup = async () => {
      if (plannedMs.length > 1) return hangs();
      ports.nowMs += 3_000;
      return ports.source;
    };
    const answer = handleWebhook(webhook({ secret }), { ...ports, lookup, append: hangs, schedule });
    (await second.promise)();
    expect(await seen(await answer)).toEqual({ status: 503, error });
    expect(plannedMs).toEqual([9_000, 6_000]);
  });

  test("a lookup that hangs is waited for as long as everything together", async () => {
    const ports = world();
    const answer = handleWebhook(webhook(), { ...ports, lookup: () => new Promise(() => undefined) });
    expect([...ports.planned.keys()]).toEqual([9_000]);
    ports.planned.get(9_000)?.();
    expect(await seen(await answer)).toEqual({ status: 503, error: "the source could not be looked up" });
  });
});
