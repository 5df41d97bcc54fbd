/** Makes one delivery and says how it went; never throws for anything a subscriber does. */

import { base64Text } from "../core/base64.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { Delivery, Outcome, Route } from "../core/channel-protocol.ts";
import type { Deadlines } from "./deadlines.ts";
import { handOver } from "./hand-over.ts";
import { post } from "./http-send.ts";
import type { Outgoing } from "./outgoing.ts";
import type { CourierPorts } from "./ports.ts";
import { within } from "./within.ts";

/** Parts that are still being read this long after the timeout are given up, milliseconds; the lease lives longer. */
const GIVE_UP_MS = 1_000;

export interface Work {
  readonly channel: ChannelName;
  readonly delivery: Delivery;
  readonly route: Route;
  readonly outgoing: Outgoing;
}

export type FailedOutcome = Extract<Outcome, { kind: "failed" }>;

export interface Sent {
  readonly outcome: Outcome;
  /** The channel that took the event over. */
  readonly handedTo?: ChannelName;
}

export async function send(ports: CourierPorts, deadlines: Deadlines, work: Work): Promise<Sent> {
  const { target, timeoutMs } = work.route;
  const tooLate = `no answer within ${timeoutMs} ms`;
  if (target.kind === "channel") {
    return within(ports, handOver(ports, work, target.name), timeoutMs, tooLate);
  }
  const posted = post(ports, deadlines.start(timeoutMs), work, target.url);
  // A request heeds its own timeout; reading parts from the channel does not.
  const isInline = work.outgoing.chunked === undefined;
  return { outcome: await (isInline ? posted : within(ports, posted, timeoutMs + GIVE_UP_MS, tooLate)) };
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
