/**
 * Remembers which keys are in the log. The keys themselves are in the segments; this holds a hash of each, so that
 * half a million cost some 20 MB, and the segment is asked before anything is called a duplicate.
 */
import { hash53 } from "../core/hash.ts";
import { KEY_RETENTION_MS, KEYS_REMEMBERED } from "./limits.ts";
import type { ChannelStorage } from "./storage.ts";

/** Segments whose keys are read at once at start. */
const SEGMENTS_PER_PAGE = 500;

interface Remembered {
  readonly seq: number;
  readonly atMs: number;
}

/** Keys of one segment's events, by sequence number. */
interface SegmentKeys {
  readonly from: number;
  readonly until: number;
  readonly keys: ReadonlyMap<number, ReadonlySet<string>>;
}

export class IdempotencyIndex {
  readonly #storage: ChannelStorage;
  /** Insertion order is time order, so the oldest go first. */
  readonly #byHash = new Map<number, Remembered>();
  /** A batch that is sent again asks for the keys of one segment many times. */
  #lastRead: SegmentKeys | undefined;

  constructor(storage: ChannelStorage, nowMs: number) {
    this.#storage = storage;
    this.#load(nowMs - KEY_RETENTION_MS);
  }

  /** Newest first until the limit, so that memory and time are bounded; then oldest first into the map. */
  #load(sinceMs: number): void {
    const found: [hash: number, remembered: Remembered][] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (let isDone = false; !isDone; ) {
      const rows = this.#storage.segments.keysBefore(before, SEGMENTS_PER_PAGE);
      isDone = rows.length < SEGMENTS_PER_PAGE;
      for (const row of rows) {
        before = row.first_seq;
        if (row.accepted_at < sinceMs || found.length >= KEYS_REMEMBERED) {
          isDone = true;
          break;
        }
        for (const [index, key] of parseKeys(row.keys)) {
          found.push([hash53(key), { seq: row.first_seq + index, atMs: row.accepted_at }]);
        }
      }
    }
    for (const [hash, remembered] of found.reverse()) this.#byHash.set(hash, remembered);
  }

  remember(key: string, seq: number, atMs: number): void {
    const hash = hash53(key);
    this.#byHash.delete(hash);
    this.#byHash.set(hash, { seq, atMs });
    for (const oldest of this.#byHash.keys()) {
      if (this.#byHash.size <= KEYS_REMEMBERED) break;
      this.#byHash.delete(oldest);
    }
  }

  /** Sequence number of the event that was accepted with this key at or after `sinceMs`. */
  find(key: string, sinceMs: number): number | undefined {
    const remembered = this.#byHash.get(hash53(key));
    if (remembered === undefined || remembered.atMs < sinceMs) return undefined;
    return this.#keysOf(remembered.seq)?.has(key) ? remembered.seq : undefined;
  }

  #keysOf(seq: number): ReadonlySet<string> | undefined {
    const isRead = this.#lastRead !== undefined && this.#lastRead.from <= seq && seq < this.#lastRead.until;
    const segment = isRead ? this.#lastRead : this.#read(seq);
    return segment?.keys.get(seq);
  }

  #read(seq: number): SegmentKeys | undefined {
    const row = this.#storage.segments.keysAt(seq);
    if (row === undefined || row.keys === null) return undefined;
    const keys = new Map<number, Set<string>>();
    for (const [index, key] of parseKeys(row.keys)) {
      const event = row.first_seq + index;
      keys.set(event, (keys.get(event) ?? new Set()).add(key));
    }
    this.#lastRead = { from: row.first_seq, until: row.first_seq + row.count, keys };
    return this.#lastRead;
  }
}

function parseKeys(text: string): [index: number, key: string][] {
  return JSON.parse(text);
}
