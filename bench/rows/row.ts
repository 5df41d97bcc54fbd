/** What a row of the benchmark needs and gives. */
import type { LoadTool } from "../load/closed-loop.ts";
import type { Dollars, Operations } from "../prices.ts";
import type { Watched } from "../stored-objects.ts";

export const ROW_IDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "filters"] as const;
export type RowId = (typeof ROW_IDS)[number];

export interface Settings {
  readonly tool: LoadTool;
  /** Of load that counts, after the warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Of the backlog. */
  readonly backlogEvents: number;
  /** For each rate of the cost row. */
  readonly costSeconds: number;
}

/** Throughput of one measurement. */
export interface Rate {
  readonly row: RowId;
  /** In which turn of all rows; records before 30 November 2026 have it by their order alone. */
  readonly round?: number;
  /** Events, or deliveries where there are several subscribers, per second. */
  readonly perSecond: number;
  readonly acked: number;
  /** Different events at the sink, over all subscribers; equals `acked` times subscribers, or more, or the row failed. */
  readonly arrived: number;
  /** Requests at the sink beyond the first for an event. */
  readonly repeated: number;
  /** CPU time of workerd per event posted, milliseconds. */
  readonly cpuMsPerEvent: number;
  readonly peakRssMb: number;
  /** What went wrong: an event that did not arrive, a refusal. Empty for a row that counts. */
  readonly faults: readonly string[];
}

export interface Latency {
  readonly events: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly faults: readonly string[];
}

/** At the same rate: floor (b) until its answer, the router until the arrival at the sink. */
export interface LatencyPair {
  readonly row: "g";
  readonly ratePerSecond: number;
  readonly floor: Latency;
  readonly delivery: Latency;
}

/** What a run of events cost, counted by the running system. */
export interface Cost {
  readonly row: "i";
  readonly subscribers: number;
  /** What was asked for, and what the router reached from the first post to the last arrival. */
  readonly ratePerSecond: number;
  readonly achievedPerSecond: number;
  /** Requests that one courier might have in flight. */
  readonly courierWindow: number;
  readonly events: number;
  readonly perEvent: Operations;
  /** The parts of `perEvent.objectRequests`. */
  readonly requestsPerEvent: Readonly<Record<string, number>>;
  readonly dollarsPerMillion: Dollars;
  readonly faults: readonly string[];
}

/** A configured channel with nothing to do, and the control plane: neither was called. */
export interface AtRest extends Watched {
  readonly row: "i";
  readonly seconds: number;
}

/** Filters asked about events, in this process: no router is around them. */
export interface Evaluations {
  readonly row: "filters";
  /** Per second of CPU time: one core's worth, however busy the machine is. */
  readonly evaluationsPerSecond: Readonly<Record<FilterCase, number>>;
}

export const FILTER_CASES = ["exact", "cesql", "one of one", "one of a thousand"] as const;
export type FilterCase = (typeof FILTER_CASES)[number];

/** All that a run has measured. */
export interface Measurements {
  readonly rates: readonly Rate[];
  readonly latencies: readonly LatencyPair[];
  readonly costs: readonly Cost[];
  readonly atRest?: AtRest;
  readonly filters?: readonly Evaluations[];
  /** Share of all cores' time that others used, sampled between the rows, while nothing of ours ran. */
  readonly otherWork: readonly number[];
  /** Measurements that could not be made, and why. */
  readonly broken: readonly string[];
}
