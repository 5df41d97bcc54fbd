/** The text of `docs/benchmarks.md`. Every figure comes from a record; a record that is missing is said to be. */
import type { Machine } from "../../test/kit/machine.ts";
import { median } from "../../test/kit/statistics.ts";
import { milliseconds, thousands } from "./charts.ts";
import { costSection } from "./cost-section.ts";
import { table } from "./markdown-table.ts";
import type { CrashRecord, Records, SoakRecord } from "./records.ts";
import { filtersSection, latencySection, targetsSection, throughputSection } from "./results-sections.ts";

export function pageOf({ results, crash, soak }: Records): string {
  const sections = [
    "# Benchmarks",
    "Drawn by `npm run bench:docs` from the records in `bench/*.json`; `npm run bench` measures.",
    results === undefined
      ? "There is no record of `npm run bench` yet."
      : [
          `Measured ${dayOf(results.recordedAt)} on ${machineLine(results.machine)}. The router, the load and the subscribers share this machine${otherWorkLine(results.otherWork)}, so absolute figures move from run to run. What holds is how rows of one run compare: they are measured in turn, and each figure is the median of ${results.load.repeat}; the backlog, which takes minutes, and the costs, which are counted and not timed, are measured once.`,
          ...targetsSection(results),
          ...throughputSection(results),
          ...latencySection(results),
          ...filtersSection(results),
          ...costSection(results),
        ].join("\n\n"),
    ...(crash === undefined ? [] : crashSection(crash)),
    ...(soak === undefined ? [] : soakSection(soak)),
  ];
  return `${sections.join("\n\n")}\n`;
}

function crashSection(crash: CrashRecord): readonly string[] {
  const faults = typeof crash.faults === "number" ? crash.faults : crash.faults.length;
  return [
    "## Crashes",
    `The router was ended with SIGKILL ${thousands(crash.rounds)} times, at random moments under ${thousands(crash.ratePerSecond)} events/s, and started again in the same folder (${dayOf(crash.recordedAt)}).`,
    table(
      ["", ""],
      [
        ["events acknowledged", thousands(crash.acked)],
        ["deliveries that were open when a kill came", thousands(crash.openAtKills)],
        ["lost events, and other broken promises", thousands(faults)],
        ["deliveries that came again", thousands(crash.repeated)],
        ["most that came again after one kill", thousands(crash.mostRepeatedInARound)],
      ],
    ),
  ];
}

function soakSection(soak: SoakRecord): readonly string[] {
  return [
    "## A long run",
    `${thousands(soak.minutes)} minutes at ${thousands(soak.ratePerSecond)} events/s, ${Math.round((100 * soak.ratePerSecond) / soak.peakPerSecond)} % of the ${thousands(soak.peakPerSecond)} that the machine takes at most, with three subscribers: a healthy one, one that fails and one that is slow (${dayOf(soak.recordedAt)}).`,
    table(
      ["", ""],
      [
        ["events acknowledged", thousands(soak.events)],
        ["delivered to the healthy subscriber", thousands(soak.delivered)],
        ["lost", thousands(soak.lost)],
        ["came again", thousands(soak.repeated)],
        ["slowest minute, 99 of 100", milliseconds(Math.max(...soak.series.map(({ p99Ms }) => p99Ms)))],
        ["the failing subscriber", countsLine(soak.failing)],
        ["the slow subscriber", countsLine(soak.slow)],
      ],
    ),
    "Memory of workerd:",
    "![Resident memory over the minutes](benchmarks/soak-memory.svg)",
    "From the post to the healthy subscriber:",
    "![Latency over the minutes](benchmarks/soak-latency.svg)",
  ];
}

function machineLine({ cores, model, memoryGb, node, workerd }: Machine): string {
  return `${cores} cores of ${model} with ${memoryGb} GB, workerd ${workerd}, Node.js ${node}`;
}

function otherWorkLine(samples: readonly number[]): string {
  if (samples.length === 0) return "";
  const percent = (share: number) => Math.round(share * 100);
  return ` with other work, which used ${percent(median(samples))} % of its CPU time (${percent(Math.min(...samples))} to ${percent(Math.max(...samples))} %, sampled between the rows)`;
}

function countsLine(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${thousands(count)}`)
    .join(", ");
}

function dayOf(date: string): string {
  return date.slice(0, 10);
}
