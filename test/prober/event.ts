/** The events of a prober run, so that producer and subscribers agree to the byte. */
import type { LoadEvent, PlannedPost } from "../kit/load.ts";
import { eventData, numberedEvent, numberOf } from "../kit/numbered-event.ts";
import type { Reception } from "../kit/subscriber-server.ts";

export const EVENT_TYPE = "dev.sluice.prober.event";
const PROBE_ID = "probe";

/** The first event of a run: it only has to arrive. */
export function probeEvent(run: string): LoadEvent {
  return proberEvent(run, PROBE_ID, { number: 0, key: 0, attempt: 1 });
}

export function plannedEvent(run: string, post: PlannedPost): LoadEvent {
  return proberEvent(run, `event-${post.number}`, post);
}

export interface ReadEvent {
  readonly isProbe: boolean;
  readonly number: number;
  readonly attempt: number;
  readonly isIntact: boolean;
}

export function readEvent(run: string, { headers, body }: Reception): ReadEvent {
  const isProbe = headers["ce-id"] === PROBE_ID;
  const number = isProbe ? 0 : numberOf(String(headers["ce-id"]));
  const isOfRun = headers["ce-type"] === EVENT_TYPE && headers["ce-source"] === sourceOf(run);
  return { isProbe, number, attempt: Number(headers["ce-attempt"]), isIntact: isOfRun && body === eventData(number) };
}

function proberEvent(run: string, id: string, post: Omit<PlannedPost, "dueMs">): LoadEvent {
  return numberedEvent(post.number, {
    "idempotency-key": `${run}-${id}`,
    "ce-type": EVENT_TYPE,
    "ce-source": sourceOf(run),
    "ce-id": id,
    "ce-partitionkey": `key-${post.key}`,
    "ce-attempt": String(post.attempt),
  });
}

function sourceOf(run: string): string {
  return `/prober/${run}`;
}
