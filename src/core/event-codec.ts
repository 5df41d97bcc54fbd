/**
 * The stored and transported form of an event:
 *
 *   | head length, 4 bytes big endian | head as JSON, UTF-8 | data, the rest |
 *
 * Groups of events are these forms one after another with their lengths beside them, so that a group crosses
 * RPC as one byte array (many small arrays cost more than their bytes) and a log segment is a plain concatenation.
 */
import type { CarriedEvent, EventHead } from "./event.ts";

const HEAD_LENGTH_BYTES = 4;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeEvent(event: CarriedEvent): Uint8Array {
  const head = encoder.encode(JSON.stringify(event.head));
  const bytes = new Uint8Array(HEAD_LENGTH_BYTES + head.length + event.data.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, HEAD_LENGTH_BYTES);
  bytes.set(event.data, HEAD_LENGTH_BYTES + head.length);
  return bytes;
}

/** Decodes the head alone; the data stays untouched. Trusts its input: only encodeEvent writes this form. */
export function decodeHead(bytes: Uint8Array): EventHead {
  return JSON.parse(decoder.decode(bytes.subarray(HEAD_LENGTH_BYTES, dataOffset(bytes))));
}

/** Decodes an event; its data is a view on `bytes`. */
export function decodeEvent(bytes: Uint8Array): CarriedEvent {
  return { head: decodeHead(bytes), data: bytes.subarray(dataOffset(bytes)) };
}

/** Where the data begins in an encoded event. */
export function dataOffset(bytes: Uint8Array): number {
  return HEAD_LENGTH_BYTES + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
}

/** One array of its own buffer, because RPC would carry the whole buffer behind a view. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
