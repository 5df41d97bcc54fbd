/** The record of long runs of one commit: begun anew for another commit, continued on the same. */
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync } from "node:fs";
import { thisMachine } from "../kit/machine.ts";
import { writeRecord } from "../kit/write-record.ts";
import { perMinute, type SeedRange, type SeedRecord, withRange } from "./seed-ranges.ts";

/** What decides what a seed means. */
const DECISIVE = ["src", "test"];

/** The commit that the folder holds, or why a run of it cannot be recorded. */
export function commitOf(
  folder: string,
): { readonly kind: "commit"; readonly commit: string } | { readonly kind: "refused"; readonly reason: string } {
  const git = (...words: readonly string[]): string =>
    execFileSync("git", words, { cwd: folder, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--untracked-files=all", "--", ...DECISIVE);
  if (changed === "") return { kind: "commit", commit: git("rev-parse", "HEAD") };
  const [first, ...more] = changed.split("\n");
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  const reason = `a record says which commit was run, and ${first?.trim()}${others} is in none: commit it first`;
  return { kind: "refused", reason };
}

export class SeedLog {
  readonly #path: string;
  #record: SeedRecord;

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

function readRecord(path: string): SeedRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
