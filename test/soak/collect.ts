/** Puts together what the processes of a soak answered. */
import { type Answered, WINDOW_MS, type Window } from "./evidence.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { NumberSet } from "./number-set.ts";
import type { Produced } from "./producer.ts";
import type { ResourceSampler } from "./resource-sampler.ts";
import { isForFailing, isForSlow } from "./shares.ts";
import type { Counted, SinkProgress, Sunk } from "./sink.ts";

export const MINUTE_MS = 60_000;

/** How many events must end where. */
export function owedOf(accepted: NumberSet): Pick<SinkProgress, "healthy" | "slow" | "deadLetters"> {
  const counts = { healthy: accepted.size, slow: 0, deadLetters: 0 };
  for (const number of accepted) {
    if (isForSlow(number)) counts.slow++;
    if (isForFailing(number)) counts.deadLetters++;
  }
  return counts;
}

interface Measured {
  readonly firstWindow: number;
  readonly minutes: number;
  readonly produced: Produced;
  readonly sunk: Sunk;
  readonly sampler: ResourceSampler;
}

export function windowsOf({ firstWindow, minutes, produced, sunk, sampler }: Measured): readonly Window[] {
  return Array.from({ length: (minutes * MINUTE_MS) / WINDOW_MS }, (_, index) => {
    const window = firstWindow + index;
    return {
      ...sampler.at(window),
      acceptedPerSecond: ((produced.windows.get(window) ?? 0) * 1_000) / WINDOW_MS,
      latency: new LatencyHistogram(sunk.windows.get(window)),
    };
  });
}

export function answeredOf({ numbers, requests, altered }: Counted): Answered {
  return { numbers: new NumberSet(numbers), requests, altered };
}

/** What is in either of two sets, of which the bytes are given. */
export function union(one: Uint8Array, other: Uint8Array): NumberSet {
  const bytes = new Uint8Array(Math.max(one.length, other.length));
  return new NumberSet(bytes.map((_, index) => (one[index] ?? 0) | (other[index] ?? 0)));
}
