/** What Linux knows of a process. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** User and system time of all threads so far, milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Fields after the name in parentheses, which may hold anything; utime and stime are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Highest resident memory since the process began, megabytes. */
export function peakRssMb(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** Share of all cores' time that is in use over the next `ms`, 0 to 1. */
export async function busyShare(ms: number): Promise<number> {
  const before = coreTimes();
  await wait(ms);
  const after = coreTimes();
  return 1 - (after.idleMs - before.idleMs) / (after.totalMs - before.totalMs);
}

function coreTimes(): { readonly idleMs: number; readonly totalMs: number } {
  const times = cpus().map((core) => core.times);
  const totalMs = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idleMs: times.reduce((sum, { idle }) => sum + idle, 0), totalMs };
}
