/**
 * What a watch says next: its place in the change log, and before that the objects it begins with.
 *
 *   initial objects ──▶ (bookmark) ──▶ changes after `position` up to `shown`, as long as there are any
 *
 * Every change is read once and in order, because the place in the log is all there is. For a place that the log has left behind
 * it refuses (410).
 */
import type { Subject } from "../presentation/present.ts";
import type { JsonObject } from "../resources/json.ts";
import { expired } from "../resources/refusal.ts";
import { type Holder, rangeOf } from "../resources/scope.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { watchEvent } from "./watch-event.ts";
import { bookmarkLine, eventLine, type WatchFormat } from "./watch-format.ts";
import { CHANGES_AT_ONCE, CHUNK_CHARACTERS } from "./watch-limits.ts";
import type { WatchOptions } from "./watch-options.ts";

/** What is asked for. */
export interface WatchRequest {
  readonly scope: Subject & { readonly namespace: string };
  readonly options: WatchOptions;
  readonly format: WatchFormat;
  /** Everything there is, where that is not in the store and never changes. */
  readonly unchanging?: readonly StoredObject[];
  /** Tells tokens apart; absent for users whose watches have no limit of their own. */
  readonly holder?: Holder;
  /** A stored object as clients see it; refuses when a Secret cannot be opened. */
  readonly present: (stored: StoredObject) => Promise<JsonObject>;
}

export interface WatchBeginning {
  /** Sent as ADDED before all changes. */
  readonly initial: readonly StoredObject[];
  /** The version whose state the client has, or will have after the initial objects. */
  readonly position: number;
}

export class WatchLines {
  readonly #request: WatchRequest;
  readonly #store: ObjectStore;
  #initial: readonly StoredObject[];
  #marksInitialEnd: boolean;
  #position: number;
  /** Changes up to this version may be sent: a crash cannot take them back. */
  #shown: number;

  constructor(request: WatchRequest, beginning: WatchBeginning, store: ObjectStore) {
    this.#request = request;
    this.#store = store;
    this.#initial = beginning.initial;
    this.#marksInitialEnd = request.options.marksInitialEnd;
    this.#position = beginning.position;
    this.#shown = beginning.position;
  }

  /** Changes up to this version may be sent; `concerned` when some of them may be of this resource. */
  show(version: number, concerned: boolean): void {
    if (version < this.#shown) return;
    // What is of no concern is passed over at once, so that a quiet watch keeps up with a busy log.
    if (!concerned && this.#position === this.#shown) this.#position = version;
    this.#shown = version;
  }

  get hasMore(): boolean {
    return this.#initial.length > 0 || this.#marksInitialEnd || this.#position < this.#shown;
  }

  /** Of the objects that it begins with and that are still to be sent. */
  get unsentCharacters(): number {
    return this.#initial.reduce((sum, { characters }) => sum + characters, 0);
  }

  /** Lines of events, about a chunk at most; none when nothing that may be sent concerns the client. */
  async take(): Promise<string> {
    const { scope, format } = this.#request;
    if (this.#initial.length > 0) return this.#takeInitial();
    if (!this.#marksInitialEnd) return this.#takeChanges();
    this.#marksInitialEnd = false;
    return bookmarkLine(this.#position, format, scope);
  }

  /** What to say where there is nothing to say: a bookmark, for those who want one and know everything before it. */
  silence(): string {
    const { options, format } = this.#request;
    const isComplete = this.#initial.length === 0 && !this.#marksInitialEnd;
    return options.bookmarks && isComplete ? bookmarkLine(this.#position, format) : "\n";
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
    const { scope, options } = this.#request;
    const range = rangeOf(scope);
    let chunk = "";
    while (this.#position < this.#shown && chunk.length < CHUNK_CHARACTERS) {
      const [after, upTo] = [this.#position, this.#shown];
      const latest = this.#store.latestResourceVersion();
      if (!this.#store.changes.reaches(after, latest)) throw expired(`too old resource version: ${after} (${latest})`);
      const changes = this.#store.changes.read({ ...range, after, upTo, limit: CHANGES_AT_ONCE });
      for (const change of changes) {
        const event = watchEvent(change, options.selects);
        if (event !== undefined) chunk += eventLine(event.type, await this.#view(event.stored));
      }
      const last = changes.length < CHANGES_AT_ONCE ? undefined : changes.at(-1);
      this.#position = last?.stored.resourceVersion ?? upTo;
    }
    return chunk;
  }

  async #view(stored: StoredObject): Promise<JsonObject> {
    return this.#request.format.object(await this.#request.present(stored));
  }
}
