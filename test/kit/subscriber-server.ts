/** An HTTP server that tells about each request what came, when, and whether its answer still found the caller. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export interface Reception {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly arrivedMs: number;
}

export interface SubscriberAnswer {
  readonly status: number;
  readonly afterMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SubscriberPorts {
  answer(reception: Reception): SubscriberAnswer;
  /** `answeredMs` is undefined where the caller hung up first. */
  answered(reception: Reception, answer: SubscriberAnswer, answeredMs: number | undefined): void;
  nowMs(): number;
}

export interface SubscriberServer {
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** Without an address, listens on a free port of the loopback address. Rejects when the address cannot be had. */
export async function serveSubscribers(
  ports: SubscriberPorts,
  address: { readonly host: string; readonly port: number } = { host: "127.0.0.1", port: 0 },
): Promise<SubscriberServer> {
  const server = createServer(async (incoming, outgoing) => {
    const arrivedMs = ports.nowMs();
    let body = "";
    incoming.setEncoding("utf8");
    try {
      for await (const text of incoming) body += text;
    } catch {
      // The caller was killed in the middle of its request: nothing arrived.
      return;
    }
    const reception = { path: incoming.url ?? "", headers: incoming.headers, body, arrivedMs };
    const answer = ports.answer(reception);
    if (answer.afterMs > 0) await wait(answer.afterMs);
    ports.answered(reception, answer, send(outgoing, answer, ports));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: portOf(server.address()),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The time is taken before the answer leaves, so that nothing the answer causes can seem to come before it. */
function send(outgoing: ServerResponse, answer: SubscriberAnswer, ports: SubscriberPorts): number | undefined {
  if (outgoing.destroyed || outgoing.socket?.destroyed !== false) return undefined;
  const answeredMs = ports.nowMs();
  outgoing.writeHead(answer.status, answer.headers);
  outgoing.end(answer.body);
  return answeredMs;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}
