/** What the prober saw; times are epoch milliseconds with fractions, all from this process's clock. */
import type { Posted, Received } from "../kit/histories.ts";

/** The Triggers of a run; `flaky` is refused now and then, so that retries are seen. */
export const TRIGGERS = ["unordered", "ordered", "flaky"] as const;
export type TriggerName = (typeof TRIGGERS)[number];

/** One request that a subscriber received. */
export interface Delivery extends Received<TriggerName> {
  /**
   * Which post of the event this is. Every post of an event has the same `Idempotency-Key` and another attempt, so that
   * two attempts of one event among the deliveries prove that it was stored twice.
   */
  readonly attempt: number;
}

/** A post that was not answered with 202. */
export interface FailedPost {
  readonly startedMs: number;
  readonly endedMs: number;
  /** Undefined when the connection broke or no answer came. */
  readonly status?: number;
}

export interface Evidence {
  /** One entry per event, from its first post to its last. */
  readonly posted: readonly Posted[];
  readonly failedPosts: readonly FailedPost[];
  readonly received: readonly Delivery[];
  /** Nothing was watched after this. */
  readonly endedMs: number;
}
