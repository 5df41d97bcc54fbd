/** Watches over real connections, and what a crash leaves of acknowledged writes. */
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Router, startRouter } from "./harness.ts";

const WRITERS = 8;
/** Long enough for some hundred writes. */
const WRITE_MS = 1500;
/** Headers that came only with a first event would never come. */
const HEADERS_MS = 3000;
/** Until a client that hung up is noticed, the longest silence of a watch and what a busy machine adds. */
const NOTICED_MS = 25_000;
const MAX_WATCHES = 200;
const POLL_MS = 500;

const COLLECTION = "/apis/eventing.knative.dev/v1/namespaces/default/brokers";

describe("watching a running router", () => {
  let router: Router;

  beforeAll(async () => {
    router = await startRouter();
  });
  afterAll(() => router.kill());

  it("[WATCH-1] a quiet watch sends its headers at once, and nobody compresses it", async () => {
    const hangUp = new AbortController();
    const signal = AbortSignal.any([hangUp.signal, AbortSignal.timeout(HEADERS_MS)]);
    const headers = { "accept-encoding": "gzip, deflate, br" };
    const { body, ...answer } = await openWatch(router, "?watch=1&resourceVersion=1", { headers, signal });
    expect(answer).toMatchObject({ status: 200, encoding: "identity", cacheControl: "no-cache, no-transform" });
    const lines = linesOf(body);
    expect((await lines.next()).value).toBe("");
    await create(router, "seen");
    expect(JSON.parse((await lines.next()).value ?? "{}")).toMatchObject({
      type: "ADDED",
      object: { metadata: { name: "seen" } },
    });
    hangUp.abort();
  });

  it("[WATCH-2] a watch whose client hung up gives its place to others", async () => {
    const hangUp = new AbortController();
    let held = 0;
    for (let status = 200; status === 200; held++) {
      ({ status } = await openWatch(router, "?watch=1", { signal: hangUp.signal }));
    }
    // The last one was refused; one of the test before may not have been noticed yet.
    expect([MAX_WATCHES, MAX_WATCHES + 1]).toContain(held);
    hangUp.abort();
    const deadline = performance.now() + NOTICED_MS;
    let status = await briefWatch(router);
    for (; status !== 200 && performance.now() < deadline; await wait(POLL_MS)) status = await briefWatch(router);
    expect(status).toBe(200);
  });
});

describe("a router that is killed while it writes", () => {
  it("[WATCH-3] loses nothing that it acknowledged or showed", async () => {
    const router = await startRouter();
    const acknowledged: string[] = [];
    const shown: ShownObject[] = [];
    const watching = collectShown(router, shown);
    const writers = Array.from({ length: WRITERS }, (_, writer) => keepCreating(router, `w${writer}`, acknowledged));
    await wait(WRITE_MS);
    await router.kill();
    await Promise.all([watching, ...writers]);
    const again = await router.restart();
    const { items } = await listed(again);
    const names = new Set(items.map(({ metadata }) => metadata.name));
    expect(acknowledged.length).toBeGreaterThan(WRITERS);
    expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter(({ name }) => !names.has(name))).toEqual([]);
    const versions = shown.map(({ resourceVersion }) => Number(resourceVersion));
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    await again.kill();
  });
});

interface OpenedWatch {
  readonly status: number;
  readonly encoding: string | null;
  readonly cacheControl: string | null;
  readonly body: ReadableStream<Uint8Array>;
}

async function openWatch(router: Router, query: string, init: RequestInit): Promise<OpenedWatch> {
  const { status, headers, body } = await fetch(`${router.url}${COLLECTION}${query}`, init);
  if (body === null) throw new Error("the answer has no body");
  return { status, encoding: headers.get("content-encoding"), cacheControl: headers.get("cache-control"), body };
}

async function briefWatch(router: Router): Promise<number> {
  const hangUp = new AbortController();
  const { status } = await openWatch(router, "?watch=1", { signal: hangUp.signal });
  hangUp.abort();
  return status;
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}

interface ShownObject {
  readonly name: string;
  readonly resourceVersion: string;
}

/** Until the connection breaks. */
async function collectShown(router: Router, shown: ShownObject[]): Promise<void> {
  const { body } = await openWatch(router, "?watch=1", {});
  try {
    for await (const line of linesOf(body)) {
      if (line !== "" && JSON.parse(line).type === "ADDED") shown.push(JSON.parse(line).object.metadata);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Until the router is gone. */
async function keepCreating(router: Router, prefix: string, acknowledged: string[]): Promise<void> {
  for (let number = 0; ; number++) {
    const name = `${prefix}-${number}`;
    try {
      if ((await create(router, name)) === 201) acknowledged.push(name);
    } catch (error) {
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

async function create(router: Router, name: string): Promise<number> {
  const answer = await fetch(`${router.url}${COLLECTION}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apiVersion: "eventing.knative.dev/v1", kind: "Broker", metadata: { name } }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

interface NamedList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function listed(router: Router): Promise<NamedList> {
  const answer = await fetch(`${router.url}${COLLECTION}`);
  const list: NamedList = JSON.parse(await answer.text());
  return list;
}
