/** The events of a soak, so that producer and subscribers agree. */
import { EVENT_SOURCE, EVENT_TYPE, eventData, eventId } from "../crash/event-format.ts";
import type { LoadEvent } from "../crash/load.ts";
import { FAILING_ATTRIBUTE, isForFailing, isForSlow, SLOW_ATTRIBUTE } from "./shares.ts";

/** When an event was due to be posted, for its latency, epoch milliseconds. */
export const DUE_HEADER = "ce-duems";

export function soakEvent(number: number, dueMs: number): LoadEvent {
  return {
    headers: {
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-type": EVENT_TYPE,
      "ce-source": EVENT_SOURCE,
      "ce-id": eventId(number),
      [DUE_HEADER]: dueMs.toFixed(1),
      ...(isForSlow(number) ? { [`ce-${SLOW_ATTRIBUTE}`]: "yes" } : {}),
      ...(isForFailing(number) ? { [`ce-${FAILING_ATTRIBUTE}`]: "yes" } : {}),
    },
    body: eventData(number),
  };
}
