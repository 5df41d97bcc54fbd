/** Numbered events, so that a producer and its subscribers, often in processes of their own, agree to the byte. */
import type { LoadEvent } from "./load.ts";

/** `headers` say type and source, and whatever else the event has; an id among them takes the place of the number's own. */
export function numberedEvent(number: number, headers: Readonly<Record<string, string>>): LoadEvent {
  return {
    headers: {
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": `event-${number}`,
      ...headers,
    },
    body: eventData(number),
  };
}

/** About half a kilobyte, as typical events have; not the same for each event. */
export function eventData(number: number): string {
  return JSON.stringify({ number, text: `${number.toString(36)}·`.repeat(90) });
}

/** The number at the end of an event's or a reply's id; NaN where it has none. */
export function numberOf(id: string): number {
  return Number.parseInt(id.slice(id.indexOf("-") + 1), 10);
}
