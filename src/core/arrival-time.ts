/** What a Broker adds to each event that reaches it, whichever way it came. */
import type { Attributes } from "./event.ts";

export function withArrivalTime(attributes: Attributes, nowMs: number): Attributes {
  return { ...attributes, knativearrivaltime: new Date(nowMs).toISOString() };
}
