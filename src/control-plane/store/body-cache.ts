/**
 * What rows hold, parsed, for as long as they do not change: a pass over a namespace of a thousand Triggers then parses the
 * few that did, and what is the same is the same object. A write gives its row another resourceVersion, so nothing here
 * has to be taken back but by a transaction that fails.
 */
import type { Content } from "./object-store.ts";

/** Characters of JSON text whose parsed form is kept, several times their size in memory of the 128 MB an object has. */
const MAX_CHARACTERS = 12 * 1024 * 1024;

export interface CachedContent extends Content {
  /** Of the body's JSON. */
  readonly characters: number;
}

interface Entry {
  readonly resourceVersion: number;
  readonly content: CachedContent;
}

export class BodyCache {
  /** By id of the row, the least recently used first. */
  readonly #entries = new Map<number, Entry>();
  #characters = 0;

  get(id: number, resourceVersion: number): CachedContent | undefined {
    const entry = this.#entries.get(id);
    if (entry?.resourceVersion !== resourceVersion) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.content;
  }

  put(id: number, resourceVersion: number, content: CachedContent): void {
    this.#drop(id);
    this.#entries.set(id, { resourceVersion, content });
    this.#characters += sizeOf(content);
    for (const oldest of this.#entries.keys()) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#characters = 0;
  }

  #drop(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#characters -= sizeOf(entry.content);
    this.#entries.delete(id);
  }
}

function sizeOf({ characters, sealed }: CachedContent): number {
  return characters + (sealed?.length ?? 0);
}
