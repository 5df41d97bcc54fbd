/** What the channel stores for the events of one request. */

import { withArrivalTime } from "../core/arrival-time.ts";
import type { DecodedEvent } from "../core/decode-message.ts";
import { type Attributes, attributeOf, type EventHead, type Header } from "../core/event.ts";
import { encodeEvent } from "../core/event-codec.ts";
import { hopsOnArrival } from "../core/hops.ts";

/** Encoded events of one request, bytes: what fits into one RPC message of 32 MiB, with room for its frame. */
const CALL_BYTES = 32_000_000;

export type CarriedEvents =
  | { readonly kind: "encoded"; readonly events: readonly Uint8Array[]; readonly bytes: number }
  | { readonly kind: "no-hops-left" }
  /** A batch whose events each carry the headers that are passed through. */
  | { readonly kind: "too-large" };

export interface Arrival {
  readonly headers: readonly Header[];
  /** For `knativearrivaltime`; Brokers only. */
  readonly arrivedMs?: number;
}

export function encodeArrivals(events: readonly DecodedEvent[], arrival: Arrival): CarriedEvents {
  const encoded: Uint8Array[] = [];
  let bytes = 0;
  for (const event of events) {
    const head = headOf(event, arrival);
    if (head.hops <= 0) return { kind: "no-hops-left" };
    const form = encodeEvent({ head, data: event.data });
    bytes += form.length;
    if (bytes > CALL_BYTES) return { kind: "too-large" };
    encoded.push(form);
  }
  return { kind: "encoded", events: encoded, bytes };
}

function headOf(event: DecodedEvent, arrival: Arrival): EventHead {
  const ttl = attributeOf(event.attributes, "knativebrokerttl");
  const sent = ttl === undefined ? event.attributes : withoutTtl(event.attributes);
  const attributes = arrival.arrivedMs === undefined ? sent : withArrivalTime(sent, arrival.arrivedMs);
  return { attributes, headers: arrival.headers, hops: hopsOnArrival(ttl) };
}

/** From here on the count travels in the head, where no subscriber sees it. */
function withoutTtl(attributes: Attributes): Attributes {
  const { knativebrokerttl: _, ...rest } = attributes;
  return rest;
}
