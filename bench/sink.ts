/**
 * Process with the subscribers: an HTTP/1.1 server on bare sockets, which does no more than answer 202 and note when
 * each event came first. It shares the machine with what it measures, so it must be cheap: per request it costs about a
 * third of what `node:http` takes and less than a Worker in workerd that reads the body.
 */
import { createServer, type Socket } from "node:net";
import { processOptions, serveVerbs } from "../test/kit/asked-process.ts";
import { nowMs } from "../test/kit/clock.ts";
import { EVENT_BODY, EVENT_TYPE } from "./load/event.ts";

export interface SinkOptions {
  /**
   * How many subscribers, at the paths /0, /1, ... At /0r, /1r, ... they answer with an event of the same id, as large as those
   * that are posted.
   */
  readonly subscribers: number;
}

export interface SinkCount {
  /** Different events, over all subscribers. */
  readonly unique: number;
  readonly requests: number;
  /** Epoch milliseconds; 0 before the first. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** CPU time of this process since the reset, milliseconds. */
  readonly cpuMs: number;
}

const ANSWER = Buffer.from("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
/** Grows by doubling. */
const FIRST_ROOM = 65_536;

const { subscribers } = processOptions<SinkOptions>();
/** Per subscriber: by the number of the event, when it came first; 0 for what has not come. */
let arrivals: Float64Array<ArrayBuffer>[] = [];
let count = { unique: 0, requests: 0, firstMs: 0, lastMs: 0 };
let cpuAtReset = process.cpuUsage();
reset();

const server = createServer({ noDelay: true }, (socket) => new Connection(socket));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

serveVerbs({
  port: () => {
    const address = server.address();
    return typeof address === "object" ? address?.port : undefined;
  },
  reset,
  count: (): SinkCount => ({ ...count, cpuMs: cpuMsSince(cpuAtReset) }),
  /** Of the first subscriber, by number. */
  arrivals: () => arrivals[0],
});

function reset(): void {
  arrivals = Array.from({ length: subscribers }, () => new Float64Array(FIRST_ROOM));
  count = { unique: 0, requests: 0, firstMs: 0, lastMs: 0 };
  cpuAtReset = process.cpuUsage();
}

function cpuMsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

class Connection {
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  /** Bytes of the current body still to come. */
  #skip = 0;
  #answer = ANSWER;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#received(chunk));
    // A router that is stopped resets its connections.
    socket.on("error", () => socket.destroy());
  }

  #received(chunk: Buffer): void {
    let bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    while (bytes.length > 0) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length);
        this.#skip -= skipped;
        bytes = bytes.subarray(skipped);
        // Noted and answered only when the body is complete.
        if (this.#skip === 0) this.#socket.write(this.#answer);
        continue;
      }
      const end = bytes.indexOf(HEAD_END);
      if (end === -1) {
        this.#rest = bytes;
        return;
      }
      this.#skip = this.#head(bytes.toString("latin1", 0, end + 2));
      bytes = bytes.subarray(end + HEAD_END.length);
      if (this.#skip === 0) this.#socket.write(this.#answer);
    }
  }

  /** Notes the event and returns the length of its body. */
  #head(head: string): number {
    const length = Number(headerValue(head, LENGTH_NAMES));
    if (!Number.isInteger(length)) throw new Error(`a request without Content-Length:\n${head}`);
    // POST /3 HTTP/1.1, or POST /3r HTTP/1.1
    const id = headerValue(head, ID_NAMES);
    this.#answer = head[7] === "r" ? replyTo(id ?? "") : ANSWER;
    note(head.charCodeAt(6) - 48, Number(id), nowMs());
    return length;
  }
}

function replyTo(id: string): Buffer<ArrayBuffer> {
  const attributes = `ce-specversion: 1.0\r\nce-id: ${id}\r\nce-source: /bench\r\nce-type: ${EVENT_TYPE}\r\n`;
  const head = `HTTP/1.1 200 OK\r\n${attributes}Content-Type: application/json\r\nContent-Length: ${EVENT_BODY.length}\r\n\r\n`;
  return Buffer.from(head + EVENT_BODY);
}

function note(subscriber: number, event: number, atMs: number): void {
  const times = arrivals[subscriber];
  if (times === undefined || !Number.isInteger(event)) throw new Error("a request that this sink did not ask for");
  count.requests++;
  if (count.firstMs === 0) count.firstMs = atMs;
  count.lastMs = atMs;
  const room = event < times.length ? times : grown(subscriber, times, event);
  if (room[event] !== 0) return;
  room[event] = atMs;
  count.unique++;
}

function grown(subscriber: number, times: Float64Array<ArrayBuffer>, event: number): Float64Array<ArrayBuffer> {
  const room = new Float64Array(Math.max(times.length * 2, event + 1));
  room.set(times);
  arrivals[subscriber] = room;
  return room;
}

/** Both are tried before anything slower: workerd writes the one, wrk's script and Node the other. */
const LENGTH_NAMES = ["\nContent-Length: ", "\ncontent-length: "];
const ID_NAMES = ["\nce-id: ", "\nCe-Id: "];

function headerValue(head: string, names: readonly string[]): string | undefined {
  for (const name of names) {
    const at = head.indexOf(name);
    if (at !== -1) return head.slice(at + name.length, head.indexOf("\r", at));
  }
  return undefined;
}
