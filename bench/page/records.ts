/** The records in `bench/*.json`; a page shows those that are there. */
import { readFileSync } from "node:fs";
import type { Machine } from "../../test/kit/machine.ts";
import type { Results } from "../results.ts";

/** Kills under load. */
export interface CrashRecord {
  readonly recordedAt: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly acked: number;
  readonly openAtKills: number;
  readonly repeated: number;
  readonly mostRepeatedInARound: number;
  readonly faults: number | readonly unknown[];
  readonly ratePerSecond: number;
}

/** A long run below the peak, with one subscriber that fails and one that is slow beside the healthy one. */
export interface SoakRecord {
  readonly recordedAt: string;
  readonly machine: Machine;
  readonly ratePerSecond: number;
  readonly peakPerSecond: number;
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
}

export function readRecords(): Records {
  const [results, crash, soak] = ["results", "crash", "soak"].map(read);
  return {
    ...(results === undefined ? {} : { results: JSON.parse(results) }),
    ...(crash === undefined ? {} : { crash: JSON.parse(crash) }),
    ...(soak === undefined ? {} : { soak: JSON.parse(soak) }),
  };
}

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(`../${name}.json`, import.meta.url), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
