/** Where an event went from a subscription, and where its replies did. */
import type { Purpose, Target } from "../core/channel-protocol.ts";
import { handOverKey } from "../core/idempotency.ts";
import { positionText } from "../core/positions.ts";
import type { Sent } from "../core/trace.ts";
import { isTaken, type Recorded } from "./journal-entry.ts";
import type { Subscription } from "./subscription.ts";

/**
 * By the targets of today. What goes to another channel is named by the keys that it would have there, also where the journal
 * does not tell of it: whether it is there is for that channel to say.
 */
export function sentOn(
  subscription: Subscription,
  seq: number,
  evidence: { readonly channel: string; readonly entries: readonly Recorded[] },
): readonly Sent[] {
  const { subscriber, reply, delivery } = subscription.configuration;
  const { channel, entries } = evidence;
  const epochs = new Set([...entries.flatMap(({ epoch }) => epoch ?? []), subscription.epoch]);
  const to = (kind: Purpose, target: Target, isCertain: boolean): readonly Sent[] => {
    if (target.kind === "url") return isCertain ? [{ kind, to: "url", url: target.url }] : [];
    const keys = [...epochs].map((epoch) =>
      handOverKey({ channelUid: channel, subscriptionUid: subscription.uid, epoch, seq, kind }),
    );
    return [{ kind, to: "channel", channel: target.name, keys, isCertain }];
  };
  const { deadLetterSink } = delivery;
  return [
    // Which URL the event itself went to, the delivery says.
    ...(subscriber.kind === "channel" ? to("deliver", subscriber, hasReached(entries, "deliver")) : []),
    ...entries.flatMap(repliesHere),
    ...(reply.kind === "target" ? to("reply", reply.target, entries.some(hasPassedOn)) : []),
    ...(deadLetterSink === undefined ? [] : to("dead-letter", deadLetterSink, hasReached(entries, "dead-letter"))),
  ];
}

function hasReached(entries: readonly Recorded[], wanted: Purpose): boolean {
  return entries.some((entry) => isTaken(entry, wanted) && entry.note !== "no-hops");
}

function hasPassedOn({ note }: Recorded): boolean {
  return note === "reply-passed-on";
}

function repliesHere({ note }: Recorded): readonly Sent[] {
  if (typeof note !== "object" || note.seq === null) return [];
  return [{ kind: "reply", to: "same-channel", position: positionText(note.seq) }];
}
