/** Memory and processor time of a process and size of a folder over time, on Linux. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { nowMs } from "../kit/clock.ts";
import { windowOf } from "./evidence.ts";

const SAMPLE_EVERY_MS = 1_000;
/** Linux counts processor time in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_MB = 1_000_000;
const BYTES_PER_KIB = 1_024;

interface Samples {
  memorySumMb: number;
  count: number;
  cpuSeconds: number;
  diskMb: number;
}

export class ResourceSampler {
  readonly #pid: number;
  readonly #folder: string;
  readonly #windows = new Map<number, Samples>();
  readonly #timer: NodeJS.Timeout;
  #cpuSeconds: number;

  /** Measures until `stop`. */
  constructor(pid: number, folder: string) {
    this.#pid = pid;
    this.#folder = folder;
    this.#cpuSeconds = cpuSecondsOf(pid);
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Mean memory and cores, and the folder's size at the beginning of the window; NaN where nothing was measured. */
  at(window: number): { readonly rssMb: number; readonly cores: number; readonly diskMb: number } {
    const { memorySumMb = 0, count = 0, cpuSeconds = 0, diskMb = Number.NaN } = this.#windows.get(window) ?? {};
    return { rssMb: memorySumMb / count, cores: (cpuSeconds * 1_000) / (count * SAMPLE_EVERY_MS), diskMb };
  }

  #sample(): void {
    const window = windowOf(nowMs());
    const samples = this.#windows.get(window) ?? {
      memorySumMb: 0,
      count: 0,
      cpuSeconds: 0,
      diskMb: sizeMb(this.#folder),
    };
    samples.memorySumMb += residentMb(this.#pid);
    samples.count++;
    const cpuSeconds = cpuSecondsOf(this.#pid);
    samples.cpuSeconds += cpuSeconds - this.#cpuSeconds;
    this.#cpuSeconds = cpuSeconds;
    this.#windows.set(window, samples);
  }
}

function residentMb(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} has ended`);
  return (Number(kibibytes) * BYTES_PER_KIB) / BYTES_PER_MB;
}

function cpuSecondsOf(pid: number): number {
  return cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** Of the text of a `/proc/PID/stat`. */
export function cpuSecondsIn(stat: string): number {
  // After the name in parentheses, which may hold spaces and parentheses: the 12th and 13th field are user and system.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function sizeMb(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile()) bytes += stat.size;
  }
  return bytes / BYTES_PER_MB;
}
