/** What the processes of a crash run saw; times are epoch milliseconds with fractions, all from one machine's clock. */

/** The Triggers of the run; each is also the path its subscriber listens on. */
export const TRIGGERS = ["plain", "flaky", "replying", "replies", "ordered"] as const;
export type TriggerName = (typeof TRIGGERS)[number];

/** The Triggers that the producer's own events match; `replies` gets what `replying` answers. */
export const DIRECT_TRIGGERS = ["plain", "flaky", "replying", "ordered"] as const;

/** One event that the producer tried to post. */
export interface Posted {
  readonly number: number;
  /** Events of one key are posted one after another. */
  readonly key: number;
  readonly startedMs: number;
  /** When the answer came or the connection broke. */
  readonly endedMs: number;
  /** The same, where the answer was a 202. */
  readonly ackedMs?: number;
  /** Status of a refusal; undefined when the connection broke. */
  readonly refusedWith?: number;
}

/** One request that a subscriber received. */
export interface Received<Trigger extends string = TriggerName> {
  readonly trigger: Trigger;
  /** Number of the producer's event that this is, or that it replies to. */
  readonly number: number;
  readonly arrivedMs: number;
  /** When the answer was handed to the system; undefined where the caller had gone. */
  readonly answeredMs?: number;
  readonly status: number;
  /** Attributes and data were those that were sent. */
  readonly isIntact: boolean;
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
  readonly received: readonly Received[];
  /** In order. */
  readonly kills: readonly Kill[];
}

export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
