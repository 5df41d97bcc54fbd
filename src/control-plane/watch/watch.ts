/**
 * One watch: a stream of lines that reads the change log at the pace of its client.
 *
 *   initial objects ──▶ (bookmark) ──▶ changes after `position` up to `shown` ──▶ wait to be told of more ─┐
 *                                              ▲                                                           │
 *                                              └───────────────────────────────────────────────────────────┘
 *
 * Nothing is queued: a client that reads slowly leaves its changes in the log, and one for whom the log has become too short
 * is told so (410) and lists again. Every change is read once and in order, because the place in the log is all there is.
 */

import type { Subject } from "../presentation/present.ts";
import type { JsonObject } from "../resources/json.ts";
import { expired, qualified, Refusal } from "../resources/refusal.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { watchEvent } from "./watch-event.ts";
import { bookmarkLine, errorLine, eventLine, type WatchFormat } from "./watch-format.ts";
import { CHANGES_AT_ONCE, CHUNK_CHARACTERS, FIRST_HEARTBEAT_MS, HEARTBEAT_MS } from "./watch-limits.ts";
import type { WatchOptions } from "./watch-options.ts";

/** What is asked for. */
export interface WatchRequest {
  readonly scope: Subject & { readonly namespace: string };
  readonly options: WatchOptions;
  readonly format: WatchFormat;
  /** Everything there is, where that is not in the store and never changes. */
  readonly unchanging?: readonly StoredObject[];
  /** Tells tokens apart; absent for users whose watches have no limit of their own. */
  readonly holder?: string;
  /** A stored object as clients see it; refuses when a Secret cannot be opened. */
  readonly present: (stored: StoredObject) => Promise<JsonObject>;
}

/** Where it begins and how long it may last. */
export interface WatchBeginning {
  /** Sent as ADDED before all changes. */
  readonly initial: readonly StoredObject[];
  /** The version whose state the client has, or will have after the initial objects. */
  readonly position: number;
  readonly lifeMs: number;
}

export interface WatchPorts {
  readonly store: ObjectStore;
  /** Calls back after that time unless cancelled. */
  readonly schedule: (delayMs: number, work: () => void) => () => void;
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  /** Called once, when everything is free. */
  readonly ended: () => void;
}

export class Watch {
  readonly stream: ReadableStream<Uint8Array>;
  readonly resource: string;
  readonly holder: string | undefined;
  readonly #request: WatchRequest;
  readonly #ports: WatchPorts;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #state: "running" | "ending" | "failed" | "ended" = "running";
  #initial: readonly StoredObject[];
  #marksInitialEnd: boolean;
  #position: number;
  /** Changes up to this version may be sent: a crash cannot take them back. */
  #shown: number;
  /** A quiet watch must begin with something, or clients wait for its headers. */
  #opening = "\n";
  #heartbeatIsDue = false;
  #isPulling = false;
  #wake: () => void = () => undefined;
  #cancelHeartbeat: () => void = () => undefined;
  readonly #cancelLife: () => void;

  constructor(request: WatchRequest, beginning: WatchBeginning, ports: WatchPorts) {
    this.#request = request;
    this.#ports = ports;
    this.resource = qualified(request.scope.kind);
    this.holder = request.holder;
    this.#initial = beginning.initial;
    this.#marksInitialEnd = request.options.marksInitialEnd;
    this.#position = beginning.position;
    this.#shown = beginning.position;
    const source = {
      start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
        this.#controller = controller;
      },
      pull: () => this.#pull(),
      cancel: () => this.#free(),
    };
    // Without a buffer: a chunk is made when the client takes it.
    this.stream = new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
    this.#cancelLife = ports.schedule(beginning.lifeMs, () => this.end());
    this.#armHeartbeat(FIRST_HEARTBEAT_MS);
  }

  /** Changes up to this version are durable; `concerned` when some of them may be of this resource. */
  show(version: number, concerned: boolean): void {
    // What is of no concern is passed over at once, so that a quiet watch keeps up with a busy log.
    if (!concerned && this.#position === this.#shown) this.#position = version;
    this.#shown = version;
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
      if (!this.#hasMore()) {
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

  #hasMore(): boolean {
    const hasEvents = this.#initial.length > 0 || this.#marksInitialEnd || this.#position < this.#shown;
    return hasEvents || this.#opening !== "" || this.#heartbeatIsDue;
  }

  /** Lines that can be sent now; none when there is nothing to say. */
  async #take(): Promise<string> {
    const opening = this.#opening;
    this.#opening = "";
    const silence = this.#heartbeatIsDue ? this.#heartbeat() : "";
    this.#heartbeatIsDue = false;
    try {
      return opening + ((await this.#takeEvents()) || silence);
    } catch (error) {
      if (this.#isRunning()) this.#state = "failed";
      if (error instanceof Refusal) return errorLine(error);
      this.#ports.log({ event: "control-plane.error", error: error instanceof Error ? error.message : String(error) });
      return errorLine(new Refusal(500, "InternalError", "an error on the server; its log says more"));
    }
  }

  async #takeEvents(): Promise<string> {
    const { scope, format } = this.#request;
    if (this.#initial.length > 0) return this.#takeInitial();
    if (!this.#marksInitialEnd) return this.#takeChanges();
    this.#marksInitialEnd = false;
    return bookmarkLine(this.#position, format, scope);
  }

  async #takeInitial(): Promise<string> {
    let chunk = "";
    let taken = 0;
    for (const stored of this.#initial) {
      chunk += eventLine("ADDED", await this.#view(stored));
      taken++;
      if (chunk.length >= CHUNK_CHARACTERS) break;
    }
    this.#initial = this.#initial.slice(taken);
    return chunk;
  }

  async #takeChanges(): Promise<string> {
    const { store } = this.#ports;
    const { scope, options } = this.#request;
    const place = { resource: this.resource, ...(scope.namespace === "" ? {} : { namespace: scope.namespace }) };
    let chunk = "";
    while (this.#position < this.#shown && chunk.length < CHUNK_CHARACTERS && !this.#hasEnded()) {
      const [after, upTo] = [this.#position, this.#shown];
      const latest = store.latestResourceVersion();
      if (!store.changes.reaches(after, latest)) throw expired(`too old resource version: ${after} (${latest})`);
      const changes = store.changes.read({ ...place, after, upTo, limit: CHANGES_AT_ONCE });
      for (const change of changes) {
        const event = watchEvent(change, options.selects);
        if (event !== undefined) chunk += eventLine(event.type, await this.#view(event.stored));
      }
      const isAll = changes.length < CHANGES_AT_ONCE;
      this.#position = isAll ? Math.max(this.#position, upTo) : (changes.at(-1)?.stored.resourceVersion ?? upTo);
    }
    return chunk;
  }

  async #view(stored: StoredObject): Promise<JsonObject> {
    return this.#request.format.object(await this.#request.present(stored));
  }

  #heartbeat(): string {
    const { options, format } = this.#request;
    const isComplete = this.#initial.length === 0 && !this.#marksInitialEnd;
    return options.bookmarks && isComplete ? bookmarkLine(this.#position, format) : "\n";
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
    if (this.#state === "ending") this.#controller?.enqueue(this.#encoder.encode(this.#heartbeat()));
    this.#controller?.close();
    this.#free();
  }

  #free(): void {
    if (this.#hasEnded()) return;
    this.#state = "ended";
    this.#cancelHeartbeat();
    this.#cancelLife();
    this.#initial = [];
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
