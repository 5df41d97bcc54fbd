/** How many deliveries of a subscription ended how; written with its position. */
export interface Counters {
  delivered: number;
  /** Attempts that failed, whatever became of the delivery. */
  failedAttempts: number;
  deadLettered: number;
  parked: number;
  /** Ended by a named act: a person's discard or skip, a changed filter, or the expiry of parked ones. Deletion logs its number. */
  discarded: number;
  /** Replies appended to the channel, or passed on to where the subscription sends them. */
  replies: number;
  /** Replies dropped because their event had no hop left. */
  hopsExhausted: number;
  /** 2xx answers whose body is no CloudEvent. */
  unusableReplies: number;
  /** 2xx answers without a reply where one was to be passed on: the flow ends there. */
  withoutReply: number;
}

export function noCounts(): Counters {
  return {
    delivered: 0,
    failedAttempts: 0,
    deadLettered: 0,
    parked: 0,
    discarded: 0,
    replies: 0,
    hopsExhausted: 0,
    unusableReplies: 0,
    withoutReply: 0,
  };
}
