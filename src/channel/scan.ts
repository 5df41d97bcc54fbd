/** Matches a lagging subscription's events out of the log, a bounded number at a time. */
import { dataOffset } from "../core/event-codec.ts";
import { eventBytes, headAt, type Log } from "./log.ts";
import type { Subscription } from "./subscription.ts";

export interface ScanLimits {
  /** Events read at most; one counts once more for each KB of its attributes, which filters may read to their end. */
  readonly events: number;
  /** Window entries at most. */
  readonly window: number;
}

const KB = 1_024;

/** Matches on from `scannedTo`, as far as the limits allow; returns how many events it read, as `events` counts them. */
export function scan(subscription: Subscription, log: Log, limits: ScanLimits): number {
  let read = 0;
  while (read < limits.events && subscription.window.size < limits.window) {
    const segment = log.segmentFrom(subscription.reading.scannedTo);
    if (segment === undefined) {
      subscription.reading.caughtUp = true;
      break;
    }
    if (segment.ends.length === 0) {
      // Kept for its idempotency keys alone: every subscription has settled it.
      subscription.reading.scannedTo = segment.firstSeq + segment.count;
      read++;
      continue;
    }
    let seq = Math.max(subscription.reading.scannedTo, segment.firstSeq);
    const end = segment.firstSeq + segment.count;
    for (; seq < end && read < limits.events && subscription.window.size < limits.window; seq++) {
      read += 1 + Math.floor(dataOffset(eventBytes(segment, seq)) / KB);
      const head = headAt(segment, seq);
      if (subscription.filter(head.attributes)) subscription.add(seq, head);
    }
    subscription.reading.scannedTo = seq;
  }
  return read;
}
