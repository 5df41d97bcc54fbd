/** Writes what changed of the stragglers; the chunks of a large event go with the last row that holds them. */
import { dataOffset } from "../core/event-codec.ts";
import { REPLY_CHUNKED_ABOVE_BYTES } from "./limits.ts";
import type { ChannelState } from "./state.ts";
import type { StragglerRow } from "./straggler-table.ts";
import { writeBlob } from "./write-blob.ts";

/** Runs inside the transaction that records the outcomes. */
export function writeStragglers(state: ChannelState): void {
  for (const [id, row] of state.changes.stragglers) {
    if (row === "deleted") deleteStraggler(state, id);
    else state.storage.stragglers.put(withReplyInChunks(state, row));
  }
}

/** A reply may have 4 MB, and a row 2 with a parked event in it. */
function withReplyInChunks(state: ChannelState, row: StragglerRow): StragglerRow {
  const { reply } = row;
  if (reply === null) return row;
  const dataStart = dataOffset(reply);
  if (reply.length <= REPLY_CHUNKED_ABOVE_BYTES || dataStart === reply.length) return row;
  const blob = writeBlob(state.storage, ++state.newestBlob, reply);
  return { ...row, reply: reply.slice(0, dataStart), reply_blob: blob.id, reply_blob_bytes: blob.bytes };
}

export function deleteStraggler(state: ChannelState, id: number): void {
  const { segments, stragglers } = state.storage;
  const held = stragglers.blobsOf(id);
  stragglers.delete(id);
  if (held?.reply_blob != null) segments.deleteBlob(held.reply_blob);
  if (held?.blob == null || stragglers.holdsBlob(held.blob)) return;
  // A chunked event is alone in its segment, so its sequence number finds it.
  if (segments.blobAt(held.seq) !== held.blob) segments.deleteBlob(held.blob);
}
