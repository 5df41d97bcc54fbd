/** An HTTP subscriber that answers as it is told and remembers every request. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";

const POLL_MS = 10;

export interface ReceivedRequest {
  /** Milliseconds of a monotonic clock when the headers had arrived. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SinkAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Sink {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The answer to requests on a path; paths without one get 202. */
  answer(path: string, answer: (request: ReceivedRequest) => SinkAnswer | Promise<SinkAnswer>): void;
  requestsTo(path: string): readonly ReceivedRequest[];
  /** Resolves when `condition` holds; rejects after `timeoutMs` with what `describe` says is missing. */
  until(
    condition: () => boolean,
    options: { readonly timeoutMs: number; readonly describe: () => string },
  ): Promise<void>;
  close(): Promise<void>;
}

const open = new Set<Sink>();

afterAll(async () => {
  await Promise.all([...open].map((sink) => sink.close()));
});

export async function startSink(): Promise<Sink> {
  const requests: ReceivedRequest[] = [];
  const answers = new Map<string, (request: ReceivedRequest) => SinkAnswer | Promise<SinkAnswer>>();
  const server = createServer(async (incoming, outgoing) => {
    const atMs = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      atMs,
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    requests.push(request);
    const answer = (await answers.get(request.path)?.(request)) ?? { status: 202 };
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  });
  const sink: Sink = {
    url: `http://127.0.0.1:${await listen(server)}`,
    requests,
    answer: (path, answer) => void answers.set(path, answer),
    requestsTo: (path) => requests.filter((request) => request.path === path),
    async until(condition, { timeoutMs, describe }) {
      for (const deadline = performance.now() + timeoutMs; !condition(); await wait(POLL_MS)) {
        if (performance.now() > deadline) throw new Error(`after ${timeoutMs} ms: ${describe()}`);
      }
    },
    close() {
      open.delete(sink);
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
  open.add(sink);
  return sink;
}

/** An address that refuses connections. */
export async function closedUrl(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return `http://127.0.0.1:${port}/`;
}

function listen(server: Server): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") fail(new Error("not a TCP address"));
      else done(address.port);
    });
  });
}
