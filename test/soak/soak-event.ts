/** The events of a soak, so that producer and subscribers agree. */
import type { LoadEvent } from "../kit/load.ts";
import { numberedEvent } from "../kit/numbered-event.ts";
import { FAILING_ATTRIBUTE, isForFailing, isForSlow, SLOW_ATTRIBUTE } from "./shares.ts";

/** When an event was due to be posted, for its latency, epoch milliseconds. */
export const DUE_HEADER = "ce-duems";

export function soakEvent(number: number, dueMs: number): LoadEvent {
  return numberedEvent(number, {
    "ce-type": "soak.event",
    "ce-source": "/soak/producer",
    [DUE_HEADER]: dueMs.toFixed(1),
    ...(isForSlow(number) ? { [`ce-${SLOW_ATTRIBUTE}`]: "yes" } : {}),
    ...(isForFailing(number) ? { [`ce-${FAILING_ATTRIBUTE}`]: "yes" } : {}),
  });
}
