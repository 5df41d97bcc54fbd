/** The events of a prober run, so that producer and subscribers agree to the byte. */
import { eventData, eventId, numberOf } from "../crash/event-format.ts";
import type { LoadEvent, PlannedPost } from "../crash/load.ts";
import type { Reception } from "../crash/subscriber-server.ts";

export const EVENT_TYPE = "dev.sluice.prober.event";
const PROBE_ID = "probe";

/** The first event of a run: it only has to arrive. */
export function probeEvent(run: string): LoadEvent {
  return event(run, { id: PROBE_ID, number: 0, key: 0, attempt: 1 });
}

export function numberedEvent(run: string, { number, key, attempt }: PlannedPost): LoadEvent {
  return event(run, { id: eventId(number), number, key, attempt });
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

interface EventParts {
  readonly id: string;
  readonly number: number;
  readonly key: number;
  readonly attempt: number;
}

function event(run: string, { id, number, key, attempt }: EventParts): LoadEvent {
  return {
    headers: {
      "content-type": "application/json",
      "idempotency-key": `${run}-${id}`,
      "ce-specversion": "1.0",
      "ce-type": EVENT_TYPE,
      "ce-source": sourceOf(run),
      "ce-id": id,
      "ce-partitionkey": `key-${key}`,
      "ce-attempt": String(attempt),
    },
    body: eventData(number),
  };
}

function sourceOf(run: string): string {
  return `/prober/${run}`;
}
