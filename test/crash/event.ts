/** The events of a crash run, and the replies to them. */
import type { LoadEvent, PlannedPost } from "../kit/load.ts";
import { numberedEvent } from "../kit/numbered-event.ts";

export const EVENT_TYPE = "crash.event";
export const REPLY_TYPE = "crash.reply";

export function crashEvent({ number, key }: Pick<PlannedPost, "number" | "key">): LoadEvent {
  return numberedEvent(number, {
    "ce-type": EVENT_TYPE,
    "ce-source": "/crash/producer",
    "ce-partitionkey": `key-${key}`,
  });
}

/** What the `replying` subscriber answers; every answer has another number. */
export function crashReply(number: number, answer: number): LoadEvent {
  return numberedEvent(number, {
    "ce-type": REPLY_TYPE,
    "ce-source": "/crash/subscriber",
    "ce-id": `reply-${number}`,
    "ce-answer": String(answer),
  });
}
