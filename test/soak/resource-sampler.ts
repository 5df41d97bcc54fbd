/** Memory and processor time of a process and size of a folder over time, on Linux. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { nowMs } from "../kit/clock.ts";
import { BYTES_PER_MB, cpuMs, residentMb } from "../kit/process-figures.ts";
import { windowOf } from "./evidence.ts";

const SAMPLE_EVERY_MS = 1_000;

interface Samples {
  memorySumMb: number;
  count: number;
  cpuMs: number;
  diskMb: number;
}

export class ResourceSampler {
  readonly #pid: number;
  readonly #folder: string;
  readonly #windows = new Map<number, Samples>();
  readonly #timer: NodeJS.Timeout;
  #cpuMs: number;

  /** Measures until `stop`. */
  constructor(pid: number, folder: string) {
    this.#pid = pid;
    this.#folder = folder;
    this.#cpuMs = cpuMs(pid);
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Mean memory and cores, and the folder's size at the beginning of the window; NaN where nothing was measured. */
  at(window: number): { readonly rssMb: number; readonly cores: number; readonly diskMb: number } {
    const { memorySumMb = 0, count = 0, cpuMs = 0, diskMb = Number.NaN } = this.#windows.get(window) ?? {};
    return { rssMb: memorySumMb / count, cores: cpuMs / (count * SAMPLE_EVERY_MS), diskMb };
  }

  #sample(): void {
    const window = windowOf(nowMs());
    const samples = this.#windows.get(window) ?? {
      memorySumMb: 0,
      count: 0,
      cpuMs: 0,
      diskMb: sizeMb(this.#folder),
    };
    samples.memorySumMb += residentMb(this.#pid);
    samples.count++;
    const usedMs = cpuMs(this.#pid);
    samples.cpuMs += usedMs - this.#cpuMs;
    this.#cpuMs = usedMs;
    this.#windows.set(window, samples);
  }
}

function sizeMb(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile()) bytes += stat.size;
  }
  return bytes / BYTES_PER_MB;
}
