/** Makes one delivery and says how it went; never throws for anything a subscriber does. */

import { base64Text } from "../core/base64.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { Delivery, LeasedEvent, Outcome, Route } from "../core/channel-protocol.ts";
import type { CarriedEvent } from "../core/event.ts";
import { decodeEvent } from "../core/event-codec.ts";
import { handOver } from "./hand-over.ts";
import { post } from "./http-send.ts";
import type { CourierPorts } from "./ports.ts";
import { within } from "./within.ts";

/** Parts that are still being read this long after the timeout are given up, milliseconds; the lease lives longer. */
const GIVE_UP_MS = 1_000;

export interface Work {
  readonly channel: ChannelName;
  readonly delivery: Delivery;
  readonly route: Route;
  readonly event: LeasedEvent;
}

/** A delivery with the bytes of the lease that `event` points into. */
export interface LeasedWork extends Work {
  readonly bytes: Uint8Array;
}

/** An event as a delivery sends it, its data perhaps still in the channel. */
export interface Outgoing {
  readonly event: CarriedEvent;
  /** Where the data is read part by part, for an event too large for a lease. */
  readonly chunked: Extract<LeasedEvent, { kind: "chunked" }> | undefined;
}

export type FailedOutcome = Extract<Outcome, { kind: "failed" }>;

export interface Sent {
  readonly outcome: Outcome;
  /** The channel that took the event over. */
  readonly handedTo?: ChannelName;
}

export async function send(ports: CourierPorts, work: LeasedWork): Promise<Sent> {
  const { bytes, ...rest } = work;
  const { event, delivery, route } = rest;
  // A view on the lease would keep its other events alive for as long as this delivery takes.
  const carried = decodeEvent(bytes.slice(event.start, event.end));
  const attributes = { ...carried.head.attributes, ...delivery.extensions };
  const outgoing: Outgoing = {
    event: { head: { ...carried.head, attributes }, data: carried.data },
    chunked: event.kind === "chunked" ? event : undefined,
  };
  const { target, timeoutMs } = route;
  const tooLate = `no answer within ${timeoutMs} ms`;
  if (target.kind === "channel") {
    return within(ports, handOver(ports, { ...rest, target: target.name, outgoing }), timeoutMs, tooLate);
  }
  const posted = post(ports, { ...rest, url: target.url, outgoing });
  // A request heeds its own timeout; reading parts from the channel does not.
  return { outcome: await (event.kind === "inline" ? posted : within(ports, posted, timeoutMs + GIVE_UP_MS, tooLate)) };
}

/** Something unforeseen: a failed attempt like any other, so that the event is kept. */
export function unsendable(error: unknown): Sent {
  return { outcome: failedWithout(error instanceof Error ? error.message : String(error)) };
}

/** No answer: what happened instead takes the place of the answer's body. */
export function failedWithout(reason: string): FailedOutcome {
  return { kind: "failed", errorData: base64Text(new TextEncoder().encode(reason).subarray(0, ERROR_BYTES)), reason };
}

/** Of an answer's body, bytes: their base64 is the 1,024 characters that Knative allows `knativeerrordata`. */
export const ERROR_BYTES = 768;
