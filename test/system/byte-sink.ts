/** A subscriber that keeps every body as bytes, whatever they are. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";

const POLL_MS = 10;

export interface ReceivedBytes {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class ByteSink {
  readonly received: ReceivedBytes[] = [];
  answerAfterMs = 0;
  readonly #server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    // A delivery that breaks off is not answered, and not counted.
    incoming.on("end", () => {
      this.received.push({ path: incoming.url ?? "", headers: incoming.headers, body: Buffer.concat(chunks) });
      setTimeout(() => outgoing.writeHead(202).end(), this.answerAfterMs);
    });
  });

  /** Listens until the tests of the file are over. */
  static async start(): Promise<ByteSink> {
    const sink = new ByteSink();
    const server = sink.#server;
    afterAll(() => {
      server.closeAllConnections();
      return new Promise<void>((done) => server.close(() => done()));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return sink;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the sink does not listen");
    return `http://127.0.0.1:${address.port}`;
  }

  /** What arrived at this path, once there is as much as that. */
  async at(path: string, count: number, timeoutMs = 10_000): Promise<readonly ReceivedBytes[]> {
    for (const deadline = performance.now() + timeoutMs; ; await wait(POLL_MS)) {
      const found = this.received.filter((each) => each.path === path);
      if (found.length >= count) return found;
      if (performance.now() > deadline) throw new Error(`${found.length} of ${count} arrived at ${path}`);
    }
  }

  /** Frees the memory of what was looked at. */
  forget(): void {
    this.received.length = 0;
  }
}
