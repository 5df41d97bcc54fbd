/**
 * Passes a subscriber's reply on to where its subscription sends replies, before the delivery is reported. What cannot be
 * passed on goes back with the report, and the channel keeps it: the subscriber is not asked again.
 */
import type { DeliveredOutcome, Target } from "../core/channel-protocol.ts";
import { decodeEvent } from "../core/event-codec.ts";
import { Outgoing } from "./outgoing.ts";
import { type Means, sendTo, unsendable, type Work } from "./send.ts";

export async function passOnReply(
  means: Means,
  work: Work,
  answer: { readonly outcome: DeliveredOutcome; readonly reply: Uint8Array; readonly replyTo: Target },
): Promise<DeliveredOutcome> {
  const { reply, replyTo } = answer;
  const { reply: _, ...answered } = answer.outcome;
  const passedOn = await sendTo(means, {
    channel: work.channel,
    delivery: { ...work.delivery, token: { ...work.delivery.token, purpose: "reply" } },
    route: { ...work.route, target: replyTo, wantsReply: false },
    outgoing: new Outgoing(decodeEvent(reply), undefined),
  }).catch(unsendable);
  if (passedOn.kind === "failed") return { ...answered, reply, replyFailure: passedOn };
  return passedOn.hopsExhausted ? { ...answered, hopsExhausted: true } : { ...answered, replied: true };
}
