/** What Linux knows of a process and of the machine's cores. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

/** Linux counts CPU time in hundredths of a second, whatever the machine. */
const TICK_MS = 10;
/** Megabytes are a million bytes wherever figures are shown; Linux writes "kB" and means 1,024 bytes. */
export const BYTES_PER_MB = 1_000_000;
const BYTES_PER_LINUX_KB = 1_024;

/** User and system time of all threads so far, milliseconds. */
export function cpuMs(pid: number): number {
  return cpuMsIn(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** The same, of the text of a `/proc/PID/stat`. */
export function cpuMsIn(stat: string): number {
  // After the name in parentheses, which may hold spaces and parentheses: the 12th and 13th field are user and system.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory now, megabytes. */
export function residentMb(pid: number): number {
  return memoryMb(pid, "VmRSS");
}

/** Highest resident memory since the process began, megabytes. */
export function peakResidentMb(pid: number): number {
  return memoryMb(pid, "VmHWM");
}

/** Share of all cores' time that is in use over the next `ms`, 0 to 1. */
export async function busyShare(ms: number): Promise<number> {
  const before = coreTimes();
  await wait(ms);
  const after = coreTimes();
  return 1 - (after.idleMs - before.idleMs) / (after.totalMs - before.totalMs);
}

function memoryMb(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`);
  return (Number(kilobytes) * BYTES_PER_LINUX_KB) / BYTES_PER_MB;
}

function coreTimes(): { readonly idleMs: number; readonly totalMs: number } {
  const times = cpus().map((core) => core.times);
  const totalMs = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idleMs: times.reduce((sum, { idle }) => sum + idle, 0), totalMs };
}
