/** Matches a lagging subscription's events out of the log, a bounded number at a time. */
import { headAt, type Log } from "./log.ts";
import type { Subscription } from "./subscription.ts";

export interface ScanLimits {
  /** Events read at most. */
  readonly events: number;
  /** Window entries at most. */
  readonly window: number;
}

/** Matches on from `scannedTo`, at most `events` events and up to the window's limit; returns how many it read. */
export function scan(subscription: Subscription, log: Log, limits: ScanLimits): number {
  let read = 0;
  while (read < limits.events && subscription.window.size < limits.window) {
    const segment = log.segmentFrom(subscription.scannedTo);
    if (segment === undefined) {
      subscription.catchUp();
      break;
    }
    if (segment.ends.length === 0) {
      // Kept for its idempotency keys alone: every subscription has settled it.
      subscription.scannedTo = segment.firstSeq + segment.count;
      read++;
      continue;
    }
    let seq = Math.max(subscription.scannedTo, segment.firstSeq);
    const end = segment.firstSeq + segment.count;
    for (; seq < end && read < limits.events && subscription.window.size < limits.window; seq++, read++) {
      const head = headAt(segment, seq);
      if (subscription.filter(head.attributes)) subscription.add(seq, head);
    }
    subscription.scannedTo = seq;
  }
  return read;
}
