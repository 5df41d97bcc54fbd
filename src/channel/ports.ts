/** What a channel needs of the world; the object gives the real ones, tests and simulators their own. */

export interface ChannelPorts {
  /** Resolves when everything written so far is durable. */
  readonly sync: () => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Runs `work` later unless cancelled by the returned function; lost in a crash. */
  readonly schedule: (delayMs: number, work: () => void) => () => void;
  /** Arms the one durable alarm; part of the current transaction. */
  readonly setAlarm: (atMs: number) => void;
  /**
   * Wakes a courier for the lane. A direct wake-up returns a promise that ends with the courier's run; a queued one
   * returns undefined, and nobody learns whether it arrives.
   */
  readonly wake: (lane: string) => Promise<void> | undefined;
  /** A commit failed: what is in memory is not true any more, the object must start again from storage. */
  readonly abort: (reason: string) => void;
  readonly log: (record: Readonly<Record<string, unknown>>) => void;
}
