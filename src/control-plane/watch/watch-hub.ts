/**
 * All open watches. They are told of writes, never ask: a write nudges the hub in its turn, the hub waits until the write is
 * durable and then lets the watches of that resource read on in the log. Writes that come together are told together.
 */
import { logError } from "../log-error.ts";
import { qualified } from "../resource-names.ts";
import { expired, tooManyRequests, versionTooLarge } from "../resources/refusal.ts";
import { type Holder, rangeOf } from "../resources/scope.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { Watch, type WatchPorts } from "./watch.ts";
import { errorLine } from "./watch-format.ts";
import {
  LONGEST_LIFE_MS,
  MAX_UNSENT_CHARACTERS,
  MAX_WATCHES,
  MAX_WATCHES_OF_NAMESPACE,
  MAX_WATCHES_OF_TOKEN,
  RETRY_AFTER_SECONDS,
  SHORTEST_LIFE_MS,
} from "./watch-limits.ts";
import { WatchLines, type WatchRequest } from "./watch-lines.ts";
import type { WatchStart } from "./watch-options.ts";

export interface WatchHubPorts extends Omit<WatchPorts, "ended"> {
  readonly store: ObjectStore;
  /** Resolves when everything written so far would survive a crash. */
  readonly durable: () => Promise<void>;
  /** At least 0, below 1. */
  readonly random: () => number;
}

export class WatchHub {
  readonly #ports: WatchHubPorts;
  /** With what each asked for. */
  readonly #open = new Map<Watch, Pick<WatchRequest, "scope" | "holder">>();
  /** Resources written to since the watches were told last. */
  #touched = new Set<string>();
  #isTelling = false;

  constructor(ports: WatchHubPorts) {
    this.#ports = ports;
    ports.store.whenWritten((resource) => this.#written(resource));
  }

  /** The lines of a watch. Refuses what cannot be watched from; an expired version is an event, as clients expect. */
  open(request: WatchRequest): ReadableStream<Uint8Array> {
    const { store, random } = this.#ports;
    const { start, timeoutMs } = request.options;
    this.#checkRoom(request.holder);
    const latest = store.latestResourceVersion();
    const wanted = startVersion(start);
    if (wanted > latest) throw versionTooLarge(wanted, latest);
    const isKept = start.kind !== "after" || store.changes.reaches(wanted, latest);
    if (!isKept) return oneLine(errorLine(expired(`too old resource version: ${wanted} (${latest})`)));
    const beginning = {
      initial: start.kind === "state" ? selectedObjects(request, store) : [],
      position: start.kind === "after" ? wanted : latest,
    };
    const lines = new WatchLines(request, beginning, store);
    this.#checkMemory(lines);
    const lifeMs = Math.min(timeoutMs ?? LONGEST_LIFE_MS, longestLifeMs(random()));
    const watch = new Watch(lines, lifeMs, { ...this.#ports, ended: () => void this.#open.delete(watch) });
    this.#open.set(watch, request);
    // What was written before this request is durable before its answer leaves the object.
    watch.show(latest, true);
    return watch.stream;
  }

  #checkRoom(holder: Holder | undefined): void {
    if (this.#open.size >= MAX_WATCHES) {
      throw tooManyRequests(`there are ${MAX_WATCHES} watches already, which is the limit`, RETRY_AFTER_SECONDS);
    }
    if (holder === undefined) return;
    const { uid, namespace } = holder;
    if (this.#countOf((each) => each.uid === uid) >= MAX_WATCHES_OF_TOKEN) {
      const why = `this token has ${MAX_WATCHES_OF_TOKEN} watches already, which is its limit`;
      throw tooManyRequests(why, RETRY_AFTER_SECONDS);
    }
    if (namespace === undefined || this.#countOf((each) => each.namespace === namespace) < MAX_WATCHES_OF_NAMESPACE)
      return;
    const why = `the tokens of namespace ${namespace} have ${MAX_WATCHES_OF_NAMESPACE} watches already, which is their limit`;
    throw tooManyRequests(why, RETRY_AFTER_SECONDS);
  }

  #countOf(isMeant: (holder: Holder) => boolean): number {
    return [...this.#open.values()].filter(({ holder }) => holder !== undefined && isMeant(holder)).length;
  }

  #checkMemory({ unsentCharacters }: WatchLines): void {
    let held = 0;
    for (const watch of this.#open.keys()) held += watch.unsentCharacters;
    if (unsentCharacters === 0 || held === 0 || held + unsentCharacters <= MAX_UNSENT_CHARACTERS) return;
    const why = `watches that are not read hold ${held} characters of the objects that they begin with`;
    throw tooManyRequests(`${why}; read them, or end them`, RETRY_AFTER_SECONDS);
  }

  /** In the turn of a write, before its transaction has ended. */
  #written(resource: string): void {
    if (this.#open.size === 0) return;
    this.#touched.add(resource);
    if (!this.#isTelling) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    // The transaction of the write has ended once this turn has.
    await Promise.resolve();
    while (this.#touched.size > 0) {
      const touched = this.#touched;
      this.#touched = new Set();
      const version = await this.#durableVersion();
      for (const [watch, { scope }] of [...this.#open]) {
        if (version === undefined) watch.end();
        else watch.show(version, touched.has(qualified(scope.kind)));
      }
    }
    this.#isTelling = false;
  }

  /** Undefined when storage fails: the object is about to be restarted, and clients come back to see what was kept. */
  async #durableVersion(): Promise<number | undefined> {
    try {
      const version = this.#ports.store.latestResourceVersion();
      await this.#ports.durable();
      return version;
    } catch (error) {
      logError(this.#ports, error);
      return undefined;
    }
  }
}

function startVersion(start: WatchStart): number {
  switch (start.kind) {
    case "state":
      return start.notOlderThan;
    case "after":
      return start.version;
    case "now":
      return 0;
    default:
      return start satisfies never;
  }
}

/** As many as a list without a limit holds, until they are sent. */
function selectedObjects({ scope, options, unchanging }: WatchRequest, store: ObjectStore): readonly StoredObject[] {
  const all = unchanging ?? store.list(rangeOf(scope), Number.MAX_SAFE_INTEGER);
  return all.filter(({ body }) => options.selects(body));
}

function longestLifeMs(random: number): number {
  return Math.floor(SHORTEST_LIFE_MS + random * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
}

function oneLine(line: string): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(line));
      controller.close();
    },
  });
}
