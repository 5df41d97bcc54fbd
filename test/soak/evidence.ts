/** What the processes of a soak saw. Nothing in it grows by the event but one bit per subscriber. */
import type { LatencyHistogram } from "./latency-histogram.ts";
import type { NumberSet } from "./number-set.ts";

/** What is measured over time is measured in windows of this length, counted from the epoch, milliseconds. */
export const WINDOW_MS = 10_000;

export interface Answered {
  readonly numbers: NumberSet;
  /** Requests that were answered with what the subscriber answers, repetitions included. */
  readonly requests: number;
  /** Of these, with other data than was posted. */
  readonly altered: number;
}

export interface Window {
  readonly rssMb: number;
  readonly diskMb: number;
  /** Processor time that the router got: less than it needs on a machine that is busy with other things. */
  readonly cores: number;
  readonly acceptedPerSecond: number;
  /** From when an event was due to be posted to its arrival at the healthy subscriber. */
  readonly latency: LatencyHistogram;
}

export interface SoakEvidence {
  readonly minutes: number;
  /** Share of all cores' time that others used before anything was started. */
  readonly otherWork: number;
  /** The peak with the healthy subscriber alone: the same on other machines and days would be another figure. */
  readonly oneTriggerPerSecond: number;
  readonly peakPerSecond: number;
  readonly ratePerSecond: number;
  readonly accepted: NumberSet;
  /** Posts that got another answer than 202 or none; of the run itself. */
  readonly notAccepted: number;
  readonly healthy: Answered;
  readonly slow: Answered;
  readonly failing: Answered;
  readonly deadLetters: Answered;
  readonly windows: readonly Window[];
}

export function windowOf(ms: number): number {
  return Math.floor(ms / WINDOW_MS);
}
