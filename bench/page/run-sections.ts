/** The parts of the page about runs that are judged: kills, a long run, storms. Each says when it was not recorded. */
import type { Machine } from "../../test/kit/machine.ts";
import type { SimRecord } from "../../test/kit/sim-record.ts";
import { milliseconds, thousands } from "./charts.ts";
import { table } from "./markdown-table.ts";
import type { CrashRecord, SoakRecord } from "./records.ts";

const NOT_RECORDED = "not recorded";

export function crashSection(crash: CrashRecord | undefined): readonly string[] {
  const heading = "## Crashes";
  if (crash === undefined) return [heading, "There is no record of `npm run crash -- --record` yet."];
  const faults = typeof crash.faults === "number" ? crash.faults : crash.faults.length;
  return [
    heading,
    `The router was ended with SIGKILL ${thousands(crash.rounds)} times, at random moments under ${thousands(crash.ratePerSecond)} events/s, and started again in the same folder (${dayOf(crash.recordedAt)}, on ${machineLine(crash.machine)}).`,
    table(
      ["", ""],
      [
        ["passed", passed(crash.failures)],
        ["events acknowledged", thousands(crash.acked)],
        ["deliveries that were open at a kill, on average", thousands(crash.openAtKills / crash.rounds)],
        ["lost events, and other broken promises", thousands(faults)],
        ["deliveries that came again", thousands(crash.repeated)],
        ["most that came again after one kill", thousands(crash.mostRepeatedInARound)],
      ],
    ),
    ...failureList(crash.failures),
  ];
}

export function soakSection(soak: SoakRecord | undefined): readonly string[] {
  const heading = "## A long run";
  if (soak === undefined) return [heading, "There is no record of `npm run soak` yet."];
  const share = Math.round((100 * soak.ratePerSecond) / soak.peakPerSecond);
  return [
    heading,
    `${thousands(soak.minutes)} minutes at ${thousands(soak.ratePerSecond)} events/s with three subscribers: a healthy one, one that fails and one that is slow (${dayOf(soak.recordedAt)}, on ${machineLine(soak.machine)}). This is ${share} % of the ${thousands(soak.peakPerSecond)}/s measured just before with the soak's own subscribers and load process, which take more of the machine than those of the rows above. ${surroundings(soak)}`,
    table(
      ["", ""],
      [
        ["passed", passed(soak.failures)],
        ["events acknowledged", thousands(soak.events)],
        ["delivered to the healthy subscriber", thousands(soak.delivered)],
        ["lost", thousands(soak.lost)],
        ["came again", thousands(soak.repeated)],
        ["slowest minute, 99 of 100", milliseconds(Math.max(...soak.series.map(({ p99Ms }) => p99Ms)))],
        ["the failing subscriber", countsLine(soak.failing)],
        ["the slow subscriber", countsLine(soak.slow)],
      ],
    ),
    ...failureList(soak.failures),
    "Memory of workerd:",
    "![Resident memory over the minutes](benchmarks/soak-memory.svg)",
    "From the post to the healthy subscriber:",
    "![Latency over the minutes](benchmarks/soak-latency.svg)",
  ];
}

export function simSection(sim: SimRecord | undefined): readonly string[] {
  const heading = "## Storms";
  if (sim === undefined) return [heading, "Not recorded: there is no record of `npm run sim -- --record`."];
  const rows = sim.ranges.map(({ firstSeed, runs, twice, events, crashes, seconds, violations }) => [
    seedsLine(firstSeed, runs),
    thousands(runs),
    violations.length === 0 ? "0" : `**${thousands(violations.length)}**`,
    thousands(twice),
    thousands(events),
    thousands(crashes),
    thousands(seconds),
  ]);
  const violations = sim.ranges.flatMap((range) => range.violations);
  return [
    heading,
    `The router's own code on a virtual clock, with disks, networks and subscribers that fail as each seed decides, at commit \`${sim.commit}\` (${dayOf(sim.startedAt)} to ${dayOf(sim.endedAt)}, on ${machineLine(sim.machine)}): ${thousands(sim.seedsPerMinutePerProcess)} seeds a minute and core, in ${sim.processes} ${sim.processes === 1 ? "process" : "processes"}.`,
    table(["seeds", "runs", "violations", "of them run twice", "events", "crashes", "seconds of a core"], rows),
    ...(violations.length === 0
      ? []
      : [
          violations
            .map(({ seed, invariant, says }) => `- seed ${seed}: ${invariant}${says === undefined ? "" : `. ${says}`}`)
            .join("\n"),
        ]),
  ];
}

function seedsLine(firstSeed: number, runs: number): string {
  return `${thousands(firstSeed)} to ${thousands(firstSeed + runs - 1)}`;
}

function passed(failures: readonly string[] | undefined): string {
  if (failures === undefined) return NOT_RECORDED;
  return failures.length === 0 ? "yes" : "**no**";
}

function failureList(failures: readonly string[] = []): readonly string[] {
  return failures.length === 0 ? [] : [failures.map((failure) => `- ${failure}`).join("\n")];
}

/** What else there is to know of the machine at that time. */
function surroundings({ otherWork, oneTriggerPerSecond }: SoakRecord): string {
  const other =
    otherWork === undefined
      ? `What else ran on the machine was ${NOT_RECORDED}`
      : `Before it, other work used ${Math.round(100 * otherWork)} % of the machine's CPU time`;
  const one =
    oneTriggerPerSecond === undefined
      ? `what the healthy subscriber alone would have taken was ${NOT_RECORDED}`
      : `the healthy subscriber alone took ${thousands(oneTriggerPerSecond)}/s, with the same load process`;
  return `${other}; ${one}.`;
}

function countsLine(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${thousands(count)}`)
    .join(", ");
}

export function machineLine({ cores, model, memoryGb, node, workerd }: Machine): string {
  return `${cores} cores of ${model} with ${memoryGb} GB, workerd ${workerd}, Node.js ${node}`;
}

export function dayOf(date: string): string {
  return date.slice(0, 10);
}
