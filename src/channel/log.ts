/**
 * The channel's ordered log: segments in storage and a bounded tail of recent ones in memory. Sequence numbers
 * begin at 1 and never come again. What is written becomes visible (`head` moves) only when `publish` says that
 * the commit is durable.
 */

import type { EventHead } from "../core/event.ts";
import { decodeHead } from "../core/event-codec.ts";
import type { SegmentRow } from "./segment-table.ts";
import type { ChannelStorage } from "./storage.ts";

/** Bodies of recent segments kept in memory, bytes. */
const TAIL_BYTES = 16 * 1024 * 1024;
/** Segments read back from storage that stay in memory for the next reader. */
const READ_SEGMENTS = 6;

/** A segment with its heads decoded when first asked for. */
export interface Segment {
  readonly firstSeq: number;
  readonly count: number;
  readonly acceptedAtMs: number;
  readonly ends: Uint32Array;
  readonly body: Uint8Array;
  readonly blob?: Blob;
  readonly heads: (EventHead | undefined)[];
}

/** The data of an event too large for a segment. */
export interface Blob {
  readonly id: number;
  readonly bytes: number;
}

export class Log {
  readonly #storage: ChannelStorage;
  readonly #tail: Segment[] = [];
  readonly #read = new Map<number, Segment>();
  #tailBytes = 0;
  #head: number;
  #acceptedAtMs: number;

  constructor(storage: ChannelStorage) {
    this.#storage = storage;
    const newest = storage.segments.newest();
    this.#head = newest === undefined ? 1 : newest.first_seq + newest.count;
    this.#acceptedAtMs = newest?.accepted_at ?? 0;
  }

  /** The sequence number that the next published event gets; everything below is readable. */
  get head(): number {
    return this.#head;
  }

  /** Time of the newest published event, epoch milliseconds. */
  get acceptedAtMs(): number {
    return this.#acceptedAtMs;
  }

  /** Makes durable segments visible, in order. */
  publish(segments: readonly Segment[]): void {
    for (const segment of segments) {
      this.#tail.push(segment);
      this.#tailBytes += segment.body.length;
      this.#head = segment.firstSeq + segment.count;
      this.#acceptedAtMs = segment.acceptedAtMs;
    }
    while (this.#tailBytes > TAIL_BYTES && this.#tail.length > 1)
      this.#tailBytes -= this.#tail.shift()?.body.length ?? 0;
  }

  /** The segment that holds `seq`, else the first later one: gaps are what retention removed. */
  segmentFrom(seq: number): Segment | undefined {
    if (seq >= this.#head) return undefined;
    return this.#inTail(seq) ?? this.#inStorage(seq);
  }

  /** The encoded event (head alone if chunked), or undefined once it is gone. */
  eventAt(seq: number): { segment: Segment; bytes: Uint8Array } | undefined {
    const segment = this.segmentFrom(seq);
    if (segment === undefined || segment.firstSeq > seq || segment.ends.length === 0) return undefined;
    return { segment, bytes: eventBytes(segment, seq) };
  }

  forget(): void {
    this.#read.clear();
  }

  #inTail(seq: number): Segment | undefined {
    const [oldest] = this.#tail;
    if (oldest === undefined || seq < oldest.firstSeq) return undefined;
    let low = 0;
    let high = this.#tail.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#tail[middle]?.firstSeq ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    return this.#tail[low];
  }

  #inStorage(seq: number): Segment | undefined {
    for (const segment of this.#read.values()) {
      if (seq >= segment.firstSeq && seq < segment.firstSeq + segment.count) return segment;
    }
    const row = this.#storage.segments.at(seq);
    if (row === undefined) return undefined;
    const segment = decodeSegment(row);
    this.#read.set(segment.firstSeq, segment);
    for (const oldest of this.#read.keys()) {
      if (this.#read.size <= READ_SEGMENTS) break;
      this.#read.delete(oldest);
    }
    return segment;
  }
}

/** Bytes of one event of a segment, a view. */
export function eventBytes(segment: Segment, seq: number): Uint8Array {
  const index = seq - segment.firstSeq;
  return segment.body.subarray(index === 0 ? 0 : segment.ends[index - 1], segment.ends[index]);
}

/** Head of one event, decoded once per segment in memory. */
export function headAt(segment: Segment, seq: number): EventHead {
  const index = seq - segment.firstSeq;
  const known = segment.heads[index];
  if (known !== undefined) return known;
  const head = decodeHead(eventBytes(segment, seq));
  segment.heads[index] = head;
  return head;
}

function decodeSegment(row: SegmentRow): Segment {
  const view = new DataView(row.ends.buffer, row.ends.byteOffset, row.ends.byteLength);
  const ends = new Uint32Array(row.ends.byteLength / 4);
  for (let index = 0; index < ends.length; index++) ends[index] = view.getUint32(index * 4, true);
  return {
    firstSeq: row.first_seq,
    count: row.count,
    acceptedAtMs: row.accepted_at,
    ends,
    body: row.body,
    ...(row.blob === null ? {} : { blob: { id: row.blob, bytes: row.blob_bytes ?? 0 } }),
    heads: [],
  };
}

export function encodeEnds(ends: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(ends.length * 4));
  for (const [index, end] of ends.entries()) view.setUint32(index * 4, end, true);
  return new Uint8Array(view.buffer);
}
