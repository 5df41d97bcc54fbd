/** What a soak prints and what is kept of it. */
import { mean } from "../kit/statistics.ts";
import { type SoakEvidence, WINDOW_MS, type Window } from "./evidence.ts";
import type { SoakVerdict } from "./judge.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

const WINDOWS_PER_MINUTE = 60_000 / WINDOW_MS;

export interface MinuteFigures {
  readonly minute: number;
  readonly rssMb: number;
  readonly diskMb: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly acceptedPerSecond: number;
  /** That the router was given. */
  readonly cores: number;
}

export function seriesOf(windows: readonly Window[]): readonly MinuteFigures[] {
  return Array.from({ length: Math.ceil(windows.length / WINDOWS_PER_MINUTE) }, (_, index) => {
    const inMinute = windows.slice(index * WINDOWS_PER_MINUTE, (index + 1) * WINDOWS_PER_MINUTE);
    const latency = LatencyHistogram.merged(inMinute.map((window) => window.latency));
    const meanOf = (value: (window: Window) => number) => Math.round(mean(inMinute.map(value)));
    return {
      minute: index + 1,
      rssMb: meanOf(({ rssMb }) => rssMb),
      diskMb: meanOf(({ diskMb }) => diskMb),
      p50Ms: tenths(latency.percentile(50)),
      p99Ms: tenths(latency.percentile(99)),
      acceptedPerSecond: meanOf(({ acceptedPerSecond }) => acceptedPerSecond),
      cores: Math.round(100 * mean(inMinute.map(({ cores }) => cores))) / 100,
    };
  });
}

export function reportOf(evidence: SoakEvidence, verdict: SoakVerdict): string {
  const { healthy, slow, failing } = verdict;
  const titles = ["minute", "rss MB", "disk MB", "p50 ms", "p99 ms", "accepted/s", "cores"];
  const rows = seriesOf(evidence.windows).map((figures) => Object.values(figures).map(String));
  return [
    ...[titles, ...rows].map((cells) => cells.map((cell) => cell.padStart(11)).join("")),
    "",
    `other work before the run ${Math.round(100 * evidence.otherWork)} %; one Trigger alone ${evidence.oneTriggerPerSecond}/s`,
    `peak ${evidence.peakPerSecond}/s, run at ${evidence.ratePerSecond}/s; ${evidence.notAccepted} posts not accepted`,
    `healthy: ${healthy.events} events, ${healthy.lost} lost, ${healthy.repeated} repeated`,
    `slow: ${slow.events} events, ${slow.lost} lost, ${slow.repeated} repeated`,
    `failing: ${failing.events} events, ${failing.attempts} attempts, ${failing.ended} dead-lettered, ${failing.lost} lost`,
  ].join("\n");
}

/** What is written to `bench/soak.json` beside the time and the machine, whether the run passed or not. */
export function soakRecord(evidence: SoakEvidence, verdict: SoakVerdict) {
  const { healthy, slow, failing } = verdict;
  return {
    ratePerSecond: evidence.ratePerSecond,
    peakPerSecond: evidence.peakPerSecond,
    oneTriggerPerSecond: evidence.oneTriggerPerSecond,
    otherWork: evidence.otherWork,
    failures: verdict.failures,
    minutes: evidence.minutes,
    events: healthy.events,
    delivered: healthy.ended,
    lost: healthy.lost,
    repeated: healthy.repeated,
    series: seriesOf(evidence.windows),
    failing: {
      events: failing.events,
      attempts: failing.attempts,
      deadLettered: failing.ended,
      lost: failing.lost,
      repeated: failing.repeated,
    },
    slow: { events: slow.events, delivered: slow.ended, lost: slow.lost, repeated: slow.repeated },
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
