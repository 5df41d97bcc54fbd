/**
 * One watch: a stream of lines at the pace of its client.
 *
 *   the client reads ──▶ lines that can be sent ──▶ one chunk
 *                             │ none
 *                             └─▶ wait to be told of more, or for the next heartbeat
 *
 * Nothing is queued: a client that reads slowly leaves its changes in the log, and one for whom the log has become too short
 * is told so and lists again.
 */
import { logError } from "../log-error.ts";
import { internalError, Refusal } from "../resources/refusal.ts";
import { errorLine } from "./watch-format.ts";
import { FIRST_HEARTBEAT_MS, HEARTBEAT_MS } from "./watch-limits.ts";
import type { WatchLines } from "./watch-lines.ts";

export interface WatchPorts {
  /** Calls back after that time unless cancelled. */
  readonly schedule: (delayMs: number, work: () => void) => () => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  /** Called once, when everything is free. */
  readonly ended: () => void;
}

export class Watch {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #lines: WatchLines;
  readonly #ports: WatchPorts;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #state: "running" | "ending" | "failed" | "ended" = "running";
  /** A quiet watch must begin with something, or clients wait for its headers. */
  #opening = "\n";
  #heartbeatIsDue = false;
  #isPulling = false;
  #wake: () => void = () => undefined;
  #cancelHeartbeat: () => void = () => undefined;
  readonly #cancelLife: () => void;

  constructor(lines: WatchLines, lifeMs: number, ports: WatchPorts) {
    this.#lines = lines;
    this.#ports = ports;
    const source = {
      start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
        this.#controller = controller;
      },
      pull: () => this.#pull(),
      cancel: () => this.#free(),
    };
    // Without a buffer: a chunk is made when the client takes it.
    this.stream = new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
    this.#cancelLife = ports.schedule(lifeMs, () => this.end());
    this.#armHeartbeat(FIRST_HEARTBEAT_MS);
  }

  /** What it holds in memory beside what is stored. */
  get unsentCharacters(): number {
    return this.#lines.unsentCharacters;
  }

  /** Changes up to this version are durable; `concerned` when some of them may be of this watch's resource. */
  show(version: number, concerned: boolean): void {
    this.#lines.show(version, concerned);
    if (concerned) this.#wake();
  }

  /** Ends the stream after what is being sent. A client that does not read is no reason to wait. */
  end(): void {
    if (this.#state === "running") this.#state = "ending";
    this.#wake();
    if (!this.#isPulling) this.#finish();
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    let chunk = "";
    while (chunk === "" && this.#isRunning()) {
      if (!this.#lines.hasMore && this.#opening === "" && !this.#heartbeatIsDue) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      chunk = await this.#take();
    }
    this.#isPulling = false;
    if (this.#hasEnded()) return;
    if (chunk !== "") this.#controller?.enqueue(this.#encoder.encode(chunk));
    if (!this.#isRunning()) this.#finish();
  }

  /** What can be sent now; nothing when there is nothing to say. */
  async #take(): Promise<string> {
    const opening = this.#opening;
    const isSilent = this.#heartbeatIsDue;
    this.#opening = "";
    this.#heartbeatIsDue = false;
    try {
      const events = this.#lines.hasMore ? await this.#lines.take() : "";
      return opening + (events === "" && isSilent ? this.#lines.silence() : events);
    } catch (error) {
      if (this.#isRunning()) this.#state = "failed";
      if (error instanceof Refusal) return errorLine(error);
      logError(this.#ports, error);
      return errorLine(internalError());
    }
  }

  #armHeartbeat(delayMs: number): void {
    this.#cancelHeartbeat = this.#ports.schedule(delayMs, () => {
      this.#heartbeatIsDue = true;
      this.#wake();
      this.#armHeartbeat(Math.min(2 * delayMs, HEARTBEAT_MS));
    });
  }

  #finish(): void {
    if (this.#hasEnded()) return;
    // The client resumes where it is, not where its last event was.
    if (this.#state === "ending") this.#controller?.enqueue(this.#encoder.encode(this.#lines.silence()));
    this.#controller?.close();
    this.#free();
  }

  #free(): void {
    if (this.#hasEnded()) return;
    this.#state = "ended";
    this.#cancelHeartbeat();
    this.#cancelLife();
    this.#wake();
    this.#ports.ended();
  }

  #isRunning(): boolean {
    return this.#state === "running";
  }

  #hasEnded(): boolean {
    return this.#state === "ended";
  }
}
