/** Subscribers of one event stream, and the producer: how long from post to arrival at the healthy one. */
import { Agent, createServer, request, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";
import type { Router } from "./harness.ts";

const ARRIVAL_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

export type Behaviour = "healthy" | "hanging" | "failing";

export class LatencySink {
  readonly #counts = new Map<string, number>();
  readonly #arrivedMs = new Map<string, number>();
  /** Never answered; kept, so that nothing closes them. */
  readonly #hanging: ServerResponse[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((incoming, outgoing) => {
    const arrivedMs = performance.now();
    const path = incoming.url?.slice(1) ?? "";
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1);
    incoming.resume();
    if (path === "hanging") {
      this.#hanging.push(outgoing);
    } else if (path === "failing") {
      outgoing.writeHead(500).end();
    } else {
      const id = String(incoming.headers["ce-id"]);
      if (!this.#arrivedMs.has(id)) this.#arrivedMs.set(id, arrivedMs);
      outgoing.writeHead(202).end();
    }
  });
  #nextId = 0;

  static async start(): Promise<LatencySink> {
    const sink = new LatencySink();
    await new Promise<void>((done) => sink.#server.listen(0, "127.0.0.1", done));
    afterAll(() => sink.#close());
    return sink;
  }

  url(behaviour: Behaviour): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the sink does not listen");
    return `http://127.0.0.1:${address.port}/${behaviour}`;
  }

  requests(behaviour: Behaviour): number {
    return this.#counts.get(behaviour) ?? 0;
  }

  /** Posts at a steady rate, whatever the answers do; latencies until the healthy subscriber had each event. */
  async publish(router: Router, eventsPerSecond: number, forMs: number): Promise<readonly number[]> {
    const startMs = performance.now();
    const sentMs = new Map<string, number>();
    const posts: Promise<void>[] = [];
    for (let count = 0; count * 1_000 < eventsPerSecond * forMs; count++) {
      const delayMs = startMs + (count * 1_000) / eventsPerSecond - performance.now();
      if (delayMs > 0) await wait(delayMs);
      const id = String(this.#nextId++);
      sentMs.set(id, performance.now());
      posts.push(this.#post(router, id));
    }
    await Promise.all(posts);
    const deadline = performance.now() + ARRIVAL_TIMEOUT_MS;
    while ([...sentMs.keys()].some((id) => !this.#arrivedMs.has(id))) {
      if (performance.now() > deadline) throw new Error("not every event reached the healthy subscriber");
      await wait(POLL_MS);
    }
    return [...sentMs].map(([id, ms]) => (this.#arrivedMs.get(id) ?? 0) - ms);
  }

  #post(router: Router, id: string): Promise<void> {
    return new Promise((done, fail) => {
      const outgoing = request(`${router.url}/default/shared`, {
        method: "POST",
        agent: this.#agent,
        headers: { "ce-specversion": "1.0", "ce-id": id, "ce-source": "/isolation", "ce-type": "t" },
      });
      outgoing.on("response", (incoming) => {
        incoming.resume();
        if (incoming.statusCode === 202) done();
        else fail(new Error(`event ${id} was answered with ${incoming.statusCode}`));
      });
      outgoing.on("error", fail);
      outgoing.end(`{"n":${id}}`);
    });
  }

  #close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(() => done()));
  }
}
