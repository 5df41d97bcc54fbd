/** One HTTP exchange over a plain socket, for requests that no client library would send. */
import { connect } from "node:net";

const ANSWER_TIMEOUT_MS = 8_000;

export interface RawAnswer {
  /** `closed` where the connection ended without an answer, `silent` where nothing came in time. */
  readonly status: number | "closed" | "silent";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawOptions {
  /** Closes the sending side after the last byte, so that what was announced and not sent is missing for good. */
  readonly end?: boolean;
  /** Resets the connection after the last byte without waiting for an answer. */
  readonly reset?: boolean;
}

/** Sends the bytes and returns the first final answer. */
export function exchange(port: number, bytes: Uint8Array, options: RawOptions = {}): Promise<RawAnswer> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    let received = Buffer.alloc(0);
    const finish = (without: "closed" | "silent"): void => {
      clearTimeout(timer);
      socket.destroy();
      done(parse(received)?.answer ?? { status: without, headers: {}, body: "" });
    };
    const timer = setTimeout(() => finish("silent"), ANSWER_TIMEOUT_MS);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (parse(received)?.isComplete === true) finish("closed");
    });
    // A refusal may come with a reset while the request is still being written.
    socket.on("error", () => finish("closed"));
    socket.on("close", () => finish("closed"));
    socket.on("connect", () => {
      socket.write(bytes, () => {
        if (options.reset === true) socket.resetAndDestroy();
        else if (options.end === true) socket.end();
      });
    });
  });
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** Lines after the request line; a `Host` line is added unless one is among them. */
  readonly headers?: readonly (string | Uint8Array)[];
  readonly body?: string | Uint8Array;
  /** Adds the right Content-Length; on by default. */
  readonly announceLength?: boolean;
}

/** The bytes of a request; headers may be bytes, so that they can be what no text is. */
export function requestBytes(port: number, request: RawRequest): Buffer {
  const { method = "POST", path = "/", headers = [], body = "", announceLength = true } = request;
  const bytes = Buffer.from(body);
  const hasHost = headers.some((line) => /^host:/i.test(Buffer.from(line).toString("latin1")));
  const lines: (string | Uint8Array)[] = [`${method} ${path} HTTP/1.1`];
  if (!hasHost) lines.push(`Host: 127.0.0.1:${port}`);
  if (announceLength) lines.push(`Content-Length: ${bytes.length}`);
  lines.push("Connection: close", ...headers, "");
  return Buffer.concat([...lines.flatMap((line) => [Buffer.from(line), Buffer.from("\r\n")]), bytes]);
}

function parse(received: Buffer): { readonly answer: RawAnswer; readonly isComplete: boolean } | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [first = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (status === 100) return parse(received.subarray(end + 4));
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const body = received.subarray(end + 4);
  const length = headers["content-length"];
  const isComplete = length !== undefined && body.length >= Number(length);
  return { answer: { status, headers, body: body.toString("utf8") }, isComplete };
}
