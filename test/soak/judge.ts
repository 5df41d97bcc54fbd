/**
 * Decides whether a soak was passed: every accepted event ended where it must, nothing came twice, and neither memory
 * nor latency grew.
 */

import { mean, median } from "../kit/statistics.ts";
import type { Answered, SoakEvidence } from "./evidence.ts";
import { type Trend, trendOf } from "./flatness.ts";
import { FAILING_ATTEMPTS, RETENTION_MINUTES } from "./manifests.ts";
import { isForFailing, isForSlow } from "./shares.ts";

/**
 * Garbage is collected now and then, so that single values say nothing; means of many minutes differ by less. In half an hour
 * this tells a leak of 3 MB a minute.
 */
const MEMORY_FACTOR = 1.08;
/** The log reaches its full size after one retention time, and is cut in steps; it is judged where there were many. */
const DISK_FACTOR = 1.25;
const DISK_FROM_MINUTES = 5 * RETENTION_MINUTES;
/**
 * Medians, because a neighbour on the machine spoils single windows. The allowance is what one checkpoint of the
 * storage holds events up, which is seen in the p99 of every second or third window.
 */
const LATENCY_FACTOR = 1.5;
const LATENCY_NOISE_MS = 25;
/** Less than this share of the rate would not be the load that the run is about. */
const LEAST_RATE_SHARE = 0.95;

export interface Ends {
  /** Accepted events that this subscriber gets. */
  readonly events: number;
  /** Of these, how many ended here. */
  readonly ended: number;
  readonly lost: number;
  /** Requests beyond one per event. */
  readonly repeated: number;
}

export interface SoakVerdict {
  readonly healthy: Ends;
  readonly slow: Ends;
  /** Events for the failing subscriber, which end at the dead letter sink. */
  readonly failing: Ends & { readonly attempts: number };
  readonly memoryMb: Trend;
  readonly diskMb: Trend;
  readonly p99Ms: Trend;
  /** Empty when the soak was passed; otherwise what is wrong, for people. */
  readonly failures: readonly string[];
}

export function judge(evidence: SoakEvidence): SoakVerdict {
  const { healthy, slow, failing, deadLetters, windows } = evidence;
  const verdict = {
    healthy: endsOf(evidence, healthy, () => true),
    slow: endsOf(evidence, slow, isForSlow),
    failing: { ...endsOf(evidence, deadLetters, isForFailing), attempts: failing.requests },
    memoryMb: trendOf(
      windows.map(({ rssMb }) => rssMb),
      mean,
    ),
    diskMb: trendOf(
      windows.map(({ diskMb }) => diskMb),
      mean,
    ),
    p99Ms: trendOf(
      windows.map(({ latency }) => latency.percentile(99)),
      median,
    ),
  };
  return { ...verdict, failures: [...wrongEnds(verdict, evidence), ...growth(verdict, evidence)] };
}

function endsOf({ accepted }: SoakEvidence, { numbers, requests }: Answered, isFor: (number: number) => boolean): Ends {
  let events = 0;
  let ended = 0;
  for (const number of accepted) {
    if (!isFor(number)) continue;
    events++;
    if (numbers.has(number)) ended++;
  }
  return { events, ended, lost: events - ended, repeated: requests - numbers.size };
}

type Judged = Omit<SoakVerdict, "failures">;

function wrongEnds(verdict: Judged, evidence: SoakEvidence): readonly string[] {
  const { healthy, slow, failing } = verdict;
  const failures: string[] = [];
  for (const [name, ends] of Object.entries({ healthy, slow, "dead letter sink": failing })) {
    if (ends.events === 0) failures.push(`no event was for ${name}`);
    if (ends.lost > 0) failures.push(`${ends.lost} of ${ends.events} events did not come to ${name}`);
    if (ends.repeated > 0) failures.push(`${ends.repeated} events came again to ${name}`);
  }
  const attempts = FAILING_ATTEMPTS * evidence.failing.numbers.size;
  if (failing.attempts !== attempts) failures.push(`${failing.attempts} attempts at failing, expected ${attempts}`);
  const altered = [evidence.healthy, evidence.slow, evidence.failing, evidence.deadLetters].map((each) => each.altered);
  if (altered.some((count) => count > 0)) failures.push(`altered events came: ${altered.join(", ")}`);
  return failures;
}

function growth({ memoryMb, diskMb, p99Ms }: Judged, evidence: SoakEvidence): readonly string[] {
  const { minutes, ratePerSecond, windows, notAccepted } = evidence;
  const failures: string[] = [];
  if (notAccepted > 0) failures.push(`${notAccepted} posts were not accepted, at a load that the router carries`);
  const rate = mean(windows.map(({ acceptedPerSecond }) => acceptedPerSecond));
  // Written so that a figure that is not a number fails.
  if (!(rate >= LEAST_RATE_SHARE * ratePerSecond))
    failures.push(`${rate.toFixed(0)} events/s were accepted, ${ratePerSecond} should have been`);
  if (!(memoryMb.last <= MEMORY_FACTOR * memoryMb.middle)) failures.push(`memory grew ${inWords(memoryMb, "MB")}`);
  if (!(p99Ms.last <= LATENCY_FACTOR * p99Ms.middle + LATENCY_NOISE_MS))
    failures.push(`p99 grew ${inWords(p99Ms, "ms")}`);
  if (minutes >= DISK_FROM_MINUTES && !(diskMb.last <= DISK_FACTOR * diskMb.middle))
    failures.push(`the data folder grew ${inWords(diskMb, "MB")}`);
  return failures;
}

function inWords({ middle, last }: Trend, unit: string): string {
  return `from ${middle.toFixed(1)} ${unit} in the middle third of the run to ${last.toFixed(1)} ${unit} in the last`;
}
