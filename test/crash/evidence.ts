/** What the processes of a crash run saw; times are epoch milliseconds with fractions, all from one machine's clock. */
import type { Posted, Received } from "../kit/histories.ts";

/** The Triggers of the run; each is also the path its subscriber listens on. */
export const TRIGGERS = ["plain", "flaky", "replying", "replies", "ordered"] as const;
export type TriggerName = (typeof TRIGGERS)[number];

/** The Triggers that the producer's own events match; `replies` gets what `replying` answers. */
export const DIRECT_TRIGGERS = ["plain", "flaky", "replying", "ordered"] as const;

/** One request that a subscriber received. */
export interface Delivery extends Received<TriggerName> {
  /** On `replies`: which answer of the `replying` subscriber this is; every answer has another number. */
  readonly answer?: number;
}

export interface Kill {
  /** Just before the signal was sent. */
  readonly sentMs: number;
  /** When all processes were gone. */
  readonly goneMs: number;
}

export interface Evidence {
  readonly posted: readonly Posted[];
  readonly received: readonly Delivery[];
  /** In order. */
  readonly kills: readonly Kill[];
}
