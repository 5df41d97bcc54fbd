/** `bench/sim.json`: storms of the simulator that were run on one commit. */
import type { Machine } from "./machine.ts";

export interface SeedRange {
  readonly firstSeed: number;
  readonly runs: number;
  /** So many of them were run a second time, to see that they are the same. */
  readonly twice: number;
  readonly events: number;
  readonly crashes: number;
  /** Of the processes that ran them, added up. */
  readonly seconds: number;
  readonly violations: readonly {
    readonly seed: number;
    readonly invariant: string;
    /** What it turned out to be; somebody has written it into the record. */
    readonly says?: string;
  }[];
}

export interface SimRecord {
  readonly commit: string;
  readonly machine: Machine;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly processes: number;
  readonly seedsPerMinutePerProcess: number;
  readonly ranges: readonly SeedRange[];
}
