/** The encoded event of a delivery: from the log, or from the row of a redriven delivery. */
import type { Blob } from "./log.ts";
import type { ChannelState } from "./state.ts";
import type { Straggler } from "./straggler.ts";

export interface FoundEvent {
  /** The encoded event; of a chunked one its head alone. */
  readonly bytes: Uint8Array;
  readonly blob: Blob | undefined;
}

export function readEvent(state: ChannelState, seq: number, straggler: Straggler | undefined): FoundEvent | undefined {
  if (straggler?.isCopied) {
    const row = state.storage.stragglers.get(straggler.id);
    if (row?.event == null) return undefined;
    return { bytes: row.event, blob: row.blob === null ? undefined : { id: row.blob, bytes: row.blob_bytes ?? 0 } };
  }
  const found = state.log.eventAt(seq);
  return found === undefined ? undefined : { bytes: found.bytes, blob: found.segment.blob };
}
