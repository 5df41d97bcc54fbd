/** Makes one delivery and says how it went; never throws for anything a subscriber does. */

import { base64Text } from "../core/base64.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { DeliveredOutcome, Delivery, FailedOutcome, Outcome, Route } from "../core/channel-protocol.ts";
import { errorText } from "../core/error-text.ts";
import type { CarriedEvent } from "../core/event.ts";
import { encodeEvent } from "../core/event-codec.ts";
import { within } from "../core/within.ts";
import type { Deadlines } from "./deadlines.ts";
import { handOver } from "./hand-over.ts";
import type { HandOvers } from "./hand-overs.ts";
import { post } from "./http-send.ts";
import type { Outgoing } from "./outgoing.ts";
import { passOnReply } from "./pass-on-reply.ts";
import type { CourierPorts } from "./ports.ts";

/** Parts that are still being read this long after the timeout are given up, milliseconds; the lease lives longer. */
const GIVE_UP_MS = 1_000;

/** What all deliveries of a run are made with. */
export interface Means {
  readonly ports: CourierPorts;
  readonly deadlines: Deadlines;
  readonly handOvers: HandOvers;
}

export interface Work {
  readonly channel: ChannelName;
  readonly delivery: Delivery;
  readonly route: Route;
  readonly outgoing: Outgoing;
}

/** What came of one request or hand-over; a reply is the event that came with it. */
export type Answer = FailedOutcome | AcceptedAnswer;

export interface AcceptedAnswer extends Omit<DeliveredOutcome, "reply" | "replied" | "replyFailure"> {
  readonly reply?: CarriedEvent;
}

/** The delivery, and its reply where that goes elsewhere. */
export async function send(means: Means, work: Work): Promise<Outcome> {
  const answer = await sendTo(means, work);
  if (answer.kind === "failed") return answer;
  const { reply, ...answered } = answer;
  if (reply === undefined) return answered;
  const { replyTo } = work.route;
  if (replyTo === undefined) return { ...answered, reply: encodeEvent(reply) };
  return passOnReply(means, work, { answered, reply, replyTo });
}

/** One request or hand-over. */
export async function sendTo(means: Means, work: Work): Promise<Answer> {
  const { target, timeoutMs } = work.route;
  const { ports, deadlines } = means;
  const tooLate = `no answer within ${timeoutMs} ms`;
  if (target.kind === "channel") return within(ports, handOver(means, work, target.name), timeoutMs, tooLate);
  const posted = post(ports, deadlines.start(timeoutMs), work, target);
  // A request heeds its own timeout; reading parts from the channel does not.
  const isInline = work.outgoing.chunked === undefined;
  return isInline ? posted : within(ports, posted, timeoutMs + GIVE_UP_MS, tooLate);
}

/** Something unforeseen: a failed attempt like any other, so that the event is kept. */
export function unsendable(error: unknown): FailedOutcome {
  return failedWithout(errorText(error));
}

/** No answer: what happened instead takes the place of the answer's body. */
export function failedWithout(reason: string): FailedOutcome {
  return { kind: "failed", errorData: base64Text(new TextEncoder().encode(reason).subarray(0, ERROR_BYTES)), reason };
}

/** Of an answer's body, bytes: their base64 is the 1,024 characters that Knative allows `knativeerrordata`. */
export const ERROR_BYTES = 768;
