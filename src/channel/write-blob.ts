/** Cuts the data of an event that is too large for a row into chunks; runs inside a transaction. A number is used once. */
import { dataOffset } from "../core/event-codec.ts";
import { CHUNK_BYTES } from "./limits.ts";
import type { Blob } from "./log.ts";
import type { ChannelStorage } from "./storage.ts";

export function writeBlob(storage: ChannelStorage, id: number, event: Uint8Array): Blob {
  const data = event.subarray(dataOffset(event));
  storage.setNewestBlob(id);
  for (let part = 0; part * CHUNK_BYTES < data.length; part++) {
    storage.segments.insertChunk(id, part, data.slice(part * CHUNK_BYTES, (part + 1) * CHUNK_BYTES));
  }
  return { id, bytes: data.length };
}
