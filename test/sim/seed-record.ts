/** The record of long runs of one commit: begun anew for another commit, continued on the same. */
import { readFileSync, renameSync } from "node:fs";
import { thisMachine } from "../kit/machine.ts";
import type { SeedRange, SimRecord } from "../kit/sim-record.ts";
import { writeRecord } from "../kit/write-record.ts";
import { perMinute, withRange } from "./seed-ranges.ts";

export class SeedLog {
  readonly #path: string;
  #record: SimRecord;

  constructor(path: string, { commit, processes }: { readonly commit: string; readonly processes: number }) {
    this.#path = path;
    const known = readRecord(path);
    const now = new Date().toISOString();
    this.#record = {
      commit,
      machine: thisMachine(),
      startedAt: known?.commit === commit ? known.startedAt : now,
      endedAt: now,
      processes,
      seedsPerMinutePerProcess: 0,
      ranges: known?.commit === commit ? known.ranges : [],
    };
  }

  get ranges(): readonly SeedRange[] {
    return this.#record.ranges;
  }

  /** Whoever is ended while this is written leaves the record as it was. */
  add(range: SeedRange): void {
    const ranges = withRange(this.ranges, range);
    const endedAt = new Date().toISOString();
    this.#record = { ...this.#record, endedAt, seedsPerMinutePerProcess: perMinute(ranges), ranges };
    writeRecord(`${this.#path}.part`, { ...this.#record });
    renameSync(`${this.#path}.part`, this.#path);
  }
}

function readRecord(path: string): SimRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
