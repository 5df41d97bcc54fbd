/**
 * Remembers which keys are in the log. The keys themselves are in the segments; this holds a hash of each, so that
 * half a million cost some 20 MB, and the segment is asked before anything is called a duplicate.
 */
import { KEY_RETENTION_MS, KEYS_REMEMBERED } from "./limits.ts";
import type { ChannelStorage } from "./storage.ts";

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
    for (const row of storage.segments.keysSince(nowMs - KEY_RETENTION_MS, KEYS_REMEMBERED)) {
      for (const [index, key] of parseKeys(row.keys)) this.remember(key, row.first_seq + index, row.accepted_at);
    }
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

/** cyrb53: two 32-bit multiplicative hashes folded to 53 bits; collisions are ruled out by asking the segment. */
function hash53(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
