/** Writes what changed of the stragglers; the chunks of a large event go with the last row that holds them. */
import type { ChannelState } from "./state.ts";

/** Runs inside the transaction that records the outcomes. */
export function writeStragglers(state: ChannelState): void {
  for (const [id, row] of state.changes.stragglers) {
    if (row === "deleted") deleteStraggler(state, id);
    else state.storage.stragglers.put(row);
  }
}

export function deleteStraggler(state: ChannelState, id: number): void {
  const { segments, stragglers } = state.storage;
  const held = stragglers.blobOf(id);
  stragglers.delete(id);
  if (held?.blob == null || stragglers.holdsBlob(held.blob)) return;
  // A chunked event is alone in its segment, so its sequence number finds it.
  if (segments.blobAt(held.seq) !== held.blob) segments.deleteBlob(held.blob);
}
