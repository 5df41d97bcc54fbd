/** The parts of the page about speed. */
import { median } from "../../test/kit/statistics.ts";
import { figuresOf, medianRate, type Results } from "../results.ts";
import { FILTER_CASES, type FilterCase, ROW_IDS } from "../rows/row.ts";
import { ROW_TITLES } from "../table.ts";
import { TARGETS, type Verdict } from "../targets.ts";
import { milliseconds, thousands } from "./charts.ts";
import { table } from "./markdown-table.ts";

/** What was not measured is there as well: the promise is made all the same. */
export function targetsSection({ verdicts }: Results): readonly string[] {
  const judged = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  const rows = TARGETS.map(({ id, says, limit }) => {
    const verdict = judged.get(id);
    const found = verdict === undefined ? ["", "not measured"] : [hundredths(verdict.measured), holds(verdict)];
    return [says, `${limit.kind} ${limit.value.toLocaleString("en-US")}`, ...found];
  });
  const kept = TARGETS.filter(({ id }) => judged.get(id)?.passed === true).length;
  const unmeasured = TARGETS.filter(({ id }) => !judged.has(id)).length;
  const without = unmeasured === 0 ? "" : `, ${unmeasured} were not measured`;
  return [
    "## What is promised",
    `${kept} of ${TARGETS.length} hold in this run${without}.`,
    table(["", "limit", "measured", "holds"], rows),
  ];
}

function hundredths(value: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function holds({ passed }: Verdict): string {
  return passed ? "yes" : "**no**";
}

export function throughputSection(results: Results): readonly string[] {
  const { rates, load } = results;
  const floor = medianRate(rates, "b");
  const rows = ROW_IDS.filter((row) => rates.some((rate) => rate.row === row)).map((row) => {
    const of = rates.filter((rate) => rate.row === row);
    const rate = medianRate(rates, row);
    return [
      `(${row}) ${ROW_TITLES[row]}`,
      rate === undefined ? "failed" : thousands(rate),
      of.map(({ perSecond }) => thousands(perSecond)).join(" "),
      rate === undefined || floor === undefined ? "" : (rate / floor).toFixed(2),
      median(of.map(({ cpuMsPerEvent }) => cpuMsPerEvent)).toFixed(2),
      thousands(Math.max(...of.map(({ peakRssMb }) => peakRssMb))),
    ];
  });
  return [
    "## How many",
    "![Events per second, floors and router](benchmarks/throughput.svg)",
    "A bar is the median, the line across its end goes from the lowest to the highest measurement.",
    table(["", "per second", "each time", "of (b)", "CPU ms per event", "peak MB"], rows),
    `\`${load.tool}\` posts events of ${thousands(load.eventBytes)} bytes over ${load.connections} connections for ${load.seconds} s, after a warm-up. Each measurement has a fresh workerd, a fresh folder on disk and a fresh subscriber process. A rate is the number of acknowledged events, divided by the time from the first post to the arrival of the last: everything that was acknowledged must arrive, by id, or the row fails. Floors and ingest end with the last answer. CPU is that of the workerd process, for ingress, log and delivery together; MB are millions of bytes.`,
    "**Floors.** (a) and (b) are Workers of a few lines, in the same workerd: what the platform itself can do on this machine. (b) puts what waits together into one commit as soon as the commit before is done, on the same kind of disk, and does nothing else. The router does so while it has little to do; a busy one commits [at a pace](../decisions/007-a-busy-channel-commits-at-a-pace.md), which makes fewer commits of more events.",
    "**The subscriber** is a server on bare sockets that notes ids and answers 202. It was chosen because it costs less than `node:http` or a Worker would. Still it takes from the machine's cores what the floors without subscribers do not pay.",
  ];
}

export function latencySection(results: Results): readonly string[] {
  const { latencies } = results;
  if (latencies.length === 0) return [];
  const row = (name: string, side: "floor" | "delivery") => [
    name,
    ...(["p50Ms", "p99Ms", "maxMs"] as const).map((share) =>
      milliseconds(median(latencies.map((pair) => pair[side][share]))),
    ),
  ];
  const { floorP99Ms = Number.NaN, deliveryP99Ms = Number.NaN } = figuresOf(results);
  return [
    "## How soon",
    "![Latency, floor and router](benchmarks/latency.svg)",
    table(
      ["", "median", "99 of 100", "longest"],
      [row("(b) answers, its commit done", "floor"), row("the subscriber has the event", "delivery")],
    ),
    `At ${latencies[0]?.ratePerSecond} events/s, posted on time whatever the answers do. The way to the subscriber holds one commit as well; its 99th percentile is ${(deliveryP99Ms / floorP99Ms).toFixed(1)} times that of the commit alone.`,
  ];
}

const FILTER_WORDS: Readonly<Record<FilterCase, string>> = {
  exact: "a filter on type and source",
  cesql: "a CESQL expression of three conditions",
  "one of one": "an event finds the only filter",
  "one of a thousand": "an event finds its one filter among a thousand",
};

export function filtersSection({ filters = [] }: Results): readonly string[] {
  if (filters.length === 0) return [];
  const rows = FILTER_CASES.map((filter) => {
    const each = filters.map(({ evaluationsPerSecond }) => evaluationsPerSecond[filter]);
    return [FILTER_WORDS[filter], thousands(median(each)), each.map(thousands).join(" ")];
  });
  return [
    "## How fast events are matched",
    table(["", "per second", "each time"], rows),
    "Per second of one core's CPU time, in a process of Node.js without a router around it. Some of the events pass, others do not.",
  ];
}
