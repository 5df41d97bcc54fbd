/** The encoded event of a delivery: from the log, or from the row of a redriven delivery; and the reply that one keeps. */
import type { Blob } from "./log.ts";
import type { ChannelState } from "./state.ts";
import type { Straggler } from "./straggler.ts";
import type { KeptEvent } from "./straggler-table.ts";

export interface FoundEvent {
  /** The encoded event; of a chunked one its head alone. */
  readonly bytes: Uint8Array;
  readonly blob: Blob | undefined;
}

export function readEvent(state: ChannelState, seq: number, straggler: Straggler | undefined): FoundEvent | undefined {
  if (straggler?.isCopied) return found(state.storage.stragglers.eventOf(straggler.id));
  const logged = state.log.eventAt(seq);
  return logged === undefined ? undefined : { bytes: logged.bytes, blob: logged.segment.blob };
}

/** A reply that no commit has written yet is in memory, and whole. */
export function readKeptReply(state: ChannelState, straggler: Straggler): FoundEvent | undefined {
  const row = state.changes.stragglers.get(straggler.id);
  if (row !== undefined && row !== "deleted" && row.reply !== null) return { bytes: row.reply, blob: undefined };
  return found(state.storage.stragglers.replyOf(straggler.id));
}

function found(kept: KeptEvent | undefined): FoundEvent | undefined {
  if (kept?.event == null) return undefined;
  return { bytes: kept.event, blob: kept.blob === null ? undefined : { id: kept.blob, bytes: kept.bytes ?? 0 } };
}
