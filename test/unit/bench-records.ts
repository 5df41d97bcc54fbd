/** Records of a small made-up run of the benchmark. */
import type { CrashRecord, SoakRecord } from "../../bench/page/records.ts";
import { dollarsPerMillion, NO_OPERATIONS, type Operations } from "../../bench/prices.ts";
import { type Results, resultsOf } from "../../bench/results.ts";
import type { Cost, LatencyPair, Measurements, Rate, RowId } from "../../bench/rows/row.ts";
import type { SimRecord } from "../kit/sim-record.ts";

const MACHINE = { cores: 2, model: "a processor", memoryGb: 4, node: "24.1.0", workerd: "1.2" };
const RECORDED = "2026-01-02T03:04:05.000Z";

export function rate(row: RowId, perSecond: number, faults: readonly string[] = []): Rate {
  return { row, perSecond, acked: 10, arrived: 10, repeated: 0, cpuMsPerEvent: 0.25, peakRssMb: 200, faults };
}

export function latencies(floorP99Ms: number, deliveryP99Ms: number): LatencyPair {
  const floor = { events: 10, p50Ms: 1, p99Ms: floorP99Ms, maxMs: 40, faults: [] };
  return { row: "g", ratePerSecond: 100, floor, delivery: { ...floor, p50Ms: 2, p99Ms: deliveryP99Ms } };
}

export function cost(subscribers: number, ratePerSecond: number, operations: Partial<Operations>): Cost {
  const perEvent = { ...NO_OPERATIONS, workerRequests: 1, ...operations };
  return {
    row: "i",
    subscribers,
    ratePerSecond,
    achievedPerSecond: ratePerSecond,
    courierWindow: 6,
    events: 100,
    perEvent,
    requestsPerEvent: { append: 0.5 },
    dollarsPerMillion: dollarsPerMillion(perEvent),
    faults: [],
  };
}

export const MEASURED: Measurements = {
  rates: [
    rate("a", 10_000),
    rate("b", 5_000),
    rate("c", 4_000),
    rate("d", 2_400),
    rate("e", 2_300),
    rate("f", 4_000),
    rate("h", 2_500),
    rate("j", 3_800),
    rate("k", 1_800),
    rate("l", 900),
  ],
  latencies: [latencies(10, 25)],
  costs: [cost(1, 1_000, { rowsWritten: 0.25 }), cost(10, 1_000, { rowsWritten: 0.5 })],
  otherWork: [0.1, 0.3, 0.2],
  broken: [],
  atRest: { row: "i", seconds: 20, objects: 2, awake: 0, changed: 0 },
  filters: [
    {
      row: "filters",
      evaluationsPerSecond: { exact: 8e6, cesql: 4e6, "one of one": 6e6, "one of a thousand": 3e6 },
    },
  ],
};

export const RESULTS = resultsWith(MEASURED);

export function resultsWith(measured: Measurements): Results {
  return resultsOf(measured, {
    recordedAt: RECORDED,
    machine: MACHINE,
    load: { tool: "wrk", connections: 64, eventBytes: 1024, seconds: 10, repeat: 3 },
  });
}

export const CRASH: CrashRecord = {
  recordedAt: RECORDED,
  machine: MACHINE,
  rounds: 200,
  acked: 123_456,
  openAtKills: 2_264_832,
  repeated: 55,
  mostRepeatedInARound: 7,
  faults: 0,
  ratePerSecond: 400,
  failures: [],
};

export const SOAK: SoakRecord = {
  recordedAt: RECORDED,
  machine: MACHINE,
  ratePerSecond: 700,
  peakPerSecond: 1_000,
  oneTriggerPerSecond: 1_500,
  otherWork: 0.07,
  failures: ["memory grew from 200.0 MB in the middle third of the run to 300.0 MB in the last"],
  minutes: 30,
  events: 1_260_000,
  delivered: 1_260_000,
  lost: 0,
  repeated: 3,
  series: [
    { minute: 1, rssMb: 200, p50Ms: 3, p99Ms: 20, acceptedPerSecond: 700 },
    { minute: 2, rssMb: 210, p50Ms: 4, p99Ms: 90, acceptedPerSecond: 700 },
  ],
  failing: { parked: 12 },
  slow: { delivered: 34 },
};

export const SIM: SimRecord = {
  commit: "0123abc",
  machine: MACHINE,
  startedAt: "2026-01-02T03:04:05.000Z",
  endedAt: "2026-01-03T03:04:05.000Z",
  processes: 2,
  seedsPerMinutePerProcess: 1_200,
  ranges: [
    {
      firstSeed: 1,
      runs: 100_000,
      twice: 1_000,
      events: 14_100_000,
      crashes: 181_000,
      seconds: 5_100,
      violations: [{ seed: 60_006, invariant: "an event is lost", says: "Found and mended." }],
    },
    { firstSeed: 200_001, runs: 100, twice: 1, events: 14_000, crashes: 190, seconds: 5, violations: [] },
  ],
};

export const RECORDS = { results: RESULTS, crash: CRASH, soak: SOAK, sim: SIM };
