/**
 * Events that wait for the next commit. While one commit is in flight everything that arrives gathers here, so a
 * busy channel batches by itself and an idle one adds no delay.
 */
import type { AppendCall } from "../core/channel-protocol.ts";
import { dataOffset } from "../core/event-codec.ts";
import { CHUNKED_ABOVE_BYTES, SEGMENT_BYTES, SEGMENT_EVENTS } from "./limits.ts";
import { encodeEnds, type Segment } from "./log.ts";
import type { ChannelStorage } from "./storage.ts";
import { writeBlob } from "./write-blob.ts";

/** Most bytes that a character of a key takes: escaped in JSON, or in UTF-8. */
const KEY_CHARACTER_BYTES = 3;
/** Brackets, quotes, commas and the index around a key. */
const KEY_FRAME_BYTES = 10;

/** An encoded event and the idempotency keys that it is known by afterwards. */
export interface PendingEvent {
  readonly bytes: Uint8Array;
  readonly keys: readonly string[];
}

/** A courier that hands events over goes on to serve this channel, if the channel takes it. */
export interface CourierOffer {
  isTaken: boolean;
}

/** Events of one producer's call, or one reply, that become visible together. */
export interface PendingCall {
  readonly events: readonly PendingEvent[];
  /** Of a courier that brought them. */
  readonly offer?: CourierOffer;
  /** Called with the sequence number of the first event while the commit is written: it may still fail. */
  readonly placed?: (firstSeq: number) => void;
  /** Called with the sequence number of the first event once all are durable. */
  readonly accepted: (firstSeq: number) => void;
  readonly refused: (error: Error) => void;
}

/** One commit's worth of calls, with the sequence numbers they got. */
export interface Batch {
  readonly calls: readonly PendingCall[];
  readonly segments: readonly Segment[];
  readonly keys: readonly { readonly key: string; readonly seq: number }[];
  readonly firstSeqs: readonly number[];
}

export class AppendBuffer {
  #calls: PendingCall[] = [];
  #bytes = 0;
  #events = 0;
  #beingWritten = 0;

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** Events that wait for the next commit. */
  get events(): number {
    return this.#events;
  }

  /** Bytes that wait or are being written, for refusing before buffering. */
  get bytes(): number {
    return this.#bytes + this.#beingWritten;
  }

  /** What was taken is durable. */
  written(): void {
    this.#beingWritten = 0;
  }

  add(call: PendingCall): void {
    this.#calls.push(call);
    this.#events += call.events.length;
    for (const event of call.events) this.#bytes += event.bytes.length;
  }

  take(): readonly PendingCall[] {
    const calls = this.#calls;
    this.#calls = [];
    this.#events = 0;
    this.#beingWritten = this.#bytes;
    this.#bytes = 0;
    return calls;
  }
}

/** Splits a call's bytes into its encoded events. */
export function splitCalls(bytes: Uint8Array, calls: readonly AppendCall[]): Uint8Array[][] {
  let offset = 0;
  return calls.map((call) =>
    call.lengths.map((length) => {
      const event = bytes.subarray(offset, offset + length);
      offset += length;
      return event;
    }),
  );
}

/** Writes the calls as segments and chunks from `firstSeq` on; runs inside a transaction. */
export function writeSegments(
  storage: ChannelStorage,
  calls: readonly PendingCall[],
  start: { readonly seq: number; readonly acceptedAtMs: number; readonly nextBlob: () => number },
): Batch {
  const segments: Segment[] = [];
  const keys: { key: string; seq: number }[] = [];
  const firstSeqs: number[] = [];
  let draft = new Draft(start.seq);
  const close = (): void => {
    if (draft.events.length > 0) segments.push(draft.write(storage, start.acceptedAtMs));
    draft = new Draft(draft.firstSeq + draft.events.length);
  };
  for (const call of calls) {
    const firstSeq = draft.firstSeq + draft.events.length;
    firstSeqs.push(firstSeq);
    call.placed?.(firstSeq);
    for (const { bytes, keys: eventKeys } of call.events) {
      const large = bytes.length > CHUNKED_ABOVE_BYTES;
      if (large || draft.bytes + rowBytes(bytes, eventKeys) > SEGMENT_BYTES || draft.events.length >= SEGMENT_EVENTS) {
        close();
      }
      for (const key of eventKeys) {
        keys.push({ key, seq: draft.firstSeq + draft.events.length });
        draft.addKey(key);
      }
      if (large) {
        draft.blob = writeBlob(storage, start.nextBlob(), bytes);
        draft.add(bytes.slice(0, dataOffset(bytes)));
        close();
      } else {
        draft.add(bytes);
      }
    }
  }
  close();
  return { calls, segments, keys, firstSeqs };
}

/** Tells every waiting call, after the commit. */
export function answerCalls(batch: Batch): void {
  for (const [index, seq] of batch.firstSeqs.entries()) batch.calls[index]?.accepted(seq);
}

/** What an event adds to its segment's row. */
function rowBytes(event: Uint8Array, keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + keyBytes(key), event.length);
}

/** At most: a key is stored as a JSON string beside its event's index. */
function keyBytes(key: string): number {
  return key.length * KEY_CHARACTER_BYTES + KEY_FRAME_BYTES;
}

class Draft {
  readonly firstSeq: number;
  readonly events: Uint8Array[] = [];
  readonly keys: [index: number, key: string][] = [];
  /** Of the segment's row, keys included. */
  bytes = 0;
  blob: { id: number; bytes: number } | undefined;

  constructor(firstSeq: number) {
    this.firstSeq = firstSeq;
  }

  /** A key of the event that is added next. */
  addKey(key: string): void {
    this.keys.push([this.events.length, key]);
    this.bytes += keyBytes(key);
  }

  add(event: Uint8Array): void {
    this.events.push(event);
    this.bytes += event.length;
  }

  write(storage: ChannelStorage, acceptedAtMs: number): Segment {
    const ends = new Uint32Array(this.events.length);
    let length = 0;
    this.events.forEach((event, index) => {
      length += event.length;
      ends[index] = length;
    });
    const body = new Uint8Array(length);
    for (const [index, event] of this.events.entries()) body.set(event, index === 0 ? 0 : ends[index - 1]);
    storage.segments.insert({
      first_seq: this.firstSeq,
      count: this.events.length,
      accepted_at: acceptedAtMs,
      ends: encodeEnds(ends),
      keys: this.keys.length === 0 ? null : JSON.stringify(this.keys),
      body,
      blob: this.blob?.id ?? null,
      blob_bytes: this.blob?.bytes ?? null,
    });
    return {
      firstSeq: this.firstSeq,
      count: this.events.length,
      acceptedAtMs,
      ends,
      body,
      ...(this.blob === undefined ? {} : { blob: this.blob }),
      heads: [],
    };
  }
}
