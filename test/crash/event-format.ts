/** The events of a crash run, so that producer and subscribers agree to the byte. */

export const EVENT_TYPE = "crash.event";
export const REPLY_TYPE = "crash.reply";
export const EVENT_SOURCE = "/crash/producer";
export const REPLY_SOURCE = "/crash/subscriber";

/** About half a kilobyte, as typical events have; not the same for each event. */
export function eventData(number: number): string {
  return JSON.stringify({ number, text: `${number.toString(36)}·`.repeat(90) });
}

export function eventId(number: number): string {
  return `event-${number}`;
}

export function replyId(number: number): string {
  return `reply-${number}`;
}

/** The number in an event's or a reply's id; NaN where it has none. */
export function numberOf(id: string): number {
  return Number.parseInt(id.slice(id.indexOf("-") + 1), 10);
}
