/** What a row of the benchmark needs and gives. */
import type { LoadTool } from "../load/closed-loop.ts";

export const ROW_IDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i"] as const;
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
