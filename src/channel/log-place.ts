/** Where in the log a place is that people name: a position, a time, one of its ends. */
import type { StartFrom } from "../core/channel-protocol.ts";
import { parsePosition } from "../core/positions.ts";
import type { ChannelState } from "./state.ts";

/** First event a new subscription sees, or where a replay or skip goes to; undefined where no such place is. */
export function seqOf(state: ChannelState, place: StartFrom): number | undefined {
  const oldest = state.storage.segments.oldestSeq() ?? state.log.head;
  switch (place.kind) {
    case "latest":
      return state.log.head;
    case "earliest":
      return oldest;
    case "time":
      // A segment kept for its keys alone has a time, but nothing to read.
      return Math.max(oldest, state.storage.segments.seqAtTime(place.timeMs) ?? state.log.head);
    case "position": {
      const seq = parsePosition(place.position);
      return seq !== undefined && seq >= oldest && seq <= state.log.head ? seq : undefined;
    }
    default:
      return place satisfies never;
  }
}

/** Whoever would start where the log does not reach begins with the oldest event there is. */
export function startSeq(state: ChannelState, place: StartFrom): number {
  return seqOf(state, place) ?? state.storage.segments.oldestSeq() ?? state.log.head;
}
