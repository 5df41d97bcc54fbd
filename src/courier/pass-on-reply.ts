/**
 * Passes a subscriber's reply on to where its subscription sends replies, before the delivery is reported. What cannot be
 * passed on goes back with the report, and the channel keeps it: the subscriber is not asked again.
 */
import type { DeliveredOutcome, Target } from "../core/channel-protocol.ts";
import type { CarriedEvent } from "../core/event.ts";
import { encodeEvent } from "../core/event-codec.ts";
import { Outgoing } from "./outgoing.ts";
import { type AcceptedAnswer, type Means, sendTo, unsendable, type Work } from "./send.ts";

interface RepliedAnswer {
  readonly answered: Omit<AcceptedAnswer, "reply">;
  readonly reply: CarriedEvent;
  readonly replyTo: Target;
}

export async function passOnReply(
  means: Means,
  work: Work,
  { answered, reply, replyTo }: RepliedAnswer,
): Promise<DeliveredOutcome> {
  const passedOn = await sendTo(means, {
    channel: work.channel,
    delivery: { ...work.delivery, token: { ...work.delivery.token, purpose: "reply" } },
    route: { ...work.route, target: replyTo, wantsReply: false },
    outgoing: new Outgoing(reply, undefined),
  }).catch(unsendable);
  if (passedOn.kind === "failed") return { ...answered, reply: encodeEvent(reply), replyFailure: passedOn };
  return passedOn.hopsExhausted ? { ...answered, hopsExhausted: true } : { ...answered, replied: true };
}
