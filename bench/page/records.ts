/** The records in `bench/*.json`; a page shows those that are there. */
import { readFileSync } from "node:fs";
import type { Machine } from "../../test/kit/machine.ts";
import type { SimRecord } from "../../test/kit/sim-record.ts";
import { type Results, resultsOf } from "../results.ts";

/** Kills under load. */
export interface CrashRecord {
  readonly recordedAt: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly acked: number;
  /** Over all kills: a delivery counts at each that it was open at. */
  readonly openAtKills: number;
  readonly repeated: number;
  readonly mostRepeatedInARound: number;
  readonly faults: number | readonly unknown[];
  readonly ratePerSecond: number;
  /** Why the run did not pass, empty where it did; records before 30 November 2026 do not say. */
  readonly failures?: readonly string[];
}

/** A long run below the peak, with one subscriber that fails and one that is slow beside the healthy one. */
export interface SoakRecord {
  readonly recordedAt: string;
  readonly machine: Machine;
  readonly ratePerSecond: number;
  /** In and out, with these subscribers and the load process of the run. */
  readonly peakPerSecond: number;
  /** The same with the healthy subscriber alone. This, the other work and the failures are not in records before 30 November 2026. */
  readonly oneTriggerPerSecond?: number;
  /** Share of all cores' time that others used before the run. */
  readonly otherWork?: number;
  readonly failures?: readonly string[];
  readonly minutes: number;
  readonly events: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly series: readonly {
    readonly minute: number;
    readonly rssMb: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly acceptedPerSecond: number;
  }[];
  readonly failing: Readonly<Record<string, number>>;
  readonly slow: Readonly<Record<string, number>>;
}

export interface Records {
  readonly results?: Results;
  readonly crash?: CrashRecord;
  readonly soak?: SoakRecord;
  readonly sim?: SimRecord;
}

/** Verdicts follow from the measurements, so that a record of earlier days is held to what is promised now. */
export function readRecords(): Records {
  const [results, crash, soak, sim] = ["results", "crash", "soak", "sim"].map(read);
  return {
    ...(results === undefined ? {} : { results: judgedAgain(parseRecord(results)) }),
    ...(crash === undefined ? {} : { crash: parseRecord(crash) }),
    ...(soak === undefined ? {} : { soak: parseRecord(soak) }),
    ...(sim === undefined ? {} : { sim: parseRecord(sim) }),
  };
}

/** JSON writes a figure that is not a number, of a measurement that failed, as null. */
export function parseRecord<T>(text: string): T {
  return JSON.parse(text, (_, value) => value ?? Number.NaN);
}

function judgedAgain(results: Results): Results {
  return resultsOf(results, results);
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(`../${name}.json`, import.meta.url), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
