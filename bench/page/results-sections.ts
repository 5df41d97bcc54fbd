/** The parts of the page about speed. */
import { median } from "../../test/kit/statistics.ts";
import { isSound, latencyRatio, medianRate, ratioOfRows, soundRates } from "../figures.ts";
import type { Results } from "../results.ts";
import { FILTER_CASES, type FilterCase, ROW_IDS } from "../rows/row.ts";
import { ROW_TITLES } from "../table.ts";
import { type Outcome, TARGETS } from "../targets.ts";
import { milliseconds, thousands } from "./charts.ts";
import { table } from "./markdown-table.ts";

const NOT_MEASURED = "not measured";
/** What is not kept stands out. */
const WORDS: Readonly<Record<Outcome | typeof NOT_MEASURED, string>> = {
  yes: "yes",
  no: "**no**",
  "not reached at this rate": "**not reached at this rate**",
  [NOT_MEASURED]: NOT_MEASURED,
};

/** What was not measured is there as well: the promise is made all the same. */
export function targetsSection({ verdicts }: Results): readonly string[] {
  const judged = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  const outcomeOf = (id: string) => judged.get(id)?.outcome ?? NOT_MEASURED;
  const rows = TARGETS.map(({ id, says, limit }) => {
    const verdict = judged.get(id);
    const found = verdict && [
      hundredths(verdict.measured),
      (verdict.each ?? []).map(hundredths).join(" "),
      verdict.from,
    ];
    return [
      says,
      `${limit.kind} ${limit.value.toLocaleString("en-US")}`,
      ...(found ?? ["", "", ""]),
      WORDS[outcomeOf(id)],
    ];
  });
  const counts = (["no", "not reached at this rate", NOT_MEASURED] as const).map((outcome) => {
    const count = TARGETS.filter(({ id }) => outcomeOf(id) === outcome).length;
    return count === 0 ? "" : `, ${count} ${count === 1 ? "is" : "are"} "${outcome}"`;
  });
  const kept = TARGETS.filter(({ id }) => outcomeOf(id) === "yes").length;
  return [
    "## What is promised",
    `${kept} of ${TARGETS.length} promises are kept in this run${counts.join("")}.`,
    table(["", "bound", "measured", "in each round", "from", "kept"], rows),
    "A ratio is taken within each round, in which the rows ran one after the other; what is judged is the median of these. Rates beside it are medians over the same rounds, so that dividing them may give a slightly different figure. Where a rate was not reached, the cost is that of working off a backlog, which is cheaper: such a promise is neither kept nor broken.",
  ];
}

function hundredths(value: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function throughputSection(results: Results): readonly string[] {
  const { rates, load } = results;
  const rows = ROW_IDS.filter((row) => rates.some((rate) => rate.row === row)).map((row) => {
    const of = soundRates(rates, row);
    const rate = medianRate(rates, row);
    if (rate === undefined) return [`(${row}) ${ROW_TITLES[row]}`, "failed", "", "", "", ""];
    return [
      `(${row}) ${ROW_TITLES[row]}`,
      thousands(rate),
      of.map(({ perSecond }) => thousands(perSecond)).join(" "),
      ratioOfRows(rates, row, "b")?.value.toFixed(2) ?? "",
      median(of.map(({ cpuMsPerEvent }) => cpuMsPerEvent)).toFixed(2),
      thousands(Math.max(...of.map(({ peakRssMb }) => peakRssMb))),
    ];
  });
  return [
    "## How many",
    "![Events per second, floors and router](benchmarks/throughput.svg)",
    "A bar is the median, the line across its end goes from the lowest to the highest measurement.",
    table(["", "per second", "each time", "of (b)", "CPU ms per event", "peak MB"], rows),
    '"Of (b)" is the median of the ratios to (b) in the same round.',
    `\`${load.tool}\` posts events of ${thousands(load.eventBytes)} bytes over ${load.connections} connections for ${load.seconds} s, after a warm-up. Each measurement has a fresh workerd, a fresh folder on disk and a fresh subscriber process. A rate is the number of acknowledged events, divided by the time from the first post to the arrival of the last. Floors and ingest end with the last answer. CPU is that of the workerd process, for ingress, log and delivery together; MB are millions of bytes.`,
    `**What must arrive.** Each post has an id of its own, and subscribers count different ids. The load tool tells how many posts were acknowledged, not which, so counts are compared: a row fails unless at least as many different ids came to each subscriber as were acknowledged, and as the channel says are in its log. When a load ends, up to ${load.connections} posts are cut off that may be in the log without an acknowledgement; as many acknowledged events would have to be missing from the log itself to stay unseen.${withoutTrigger(rates)} The [runs with kills](#crashes) and the [long run](#a-long-run) check each event by its number.`,
    "**Floors.** (a) and (b) are Workers of a few lines, in the same workerd: what the platform itself can do on this machine. (b) puts what waits together into one commit as soon as the commit before is done, on the same kind of disk, and does nothing else. The router does so while it has little to do; a busy one commits [at a pace](../decisions/007-a-busy-channel-commits-at-a-pace.md), which makes fewer commits of more events.",
    "**The subscriber** is a server on bare sockets that notes ids and answers 202. It was chosen because it costs less than `node:http` or a Worker would. Still it takes from the machine's cores what the floors without subscribers do not pay.",
  ];
}

/** Records without rounds are of a time when nothing read the log of (c). */
function withoutTrigger(rates: Results["rates"]): string {
  return rates.some(({ row, round }) => row === "c" && round !== undefined)
    ? " After (c), which has no Trigger, one is created that reads the log from its beginning, and its ids are counted in the same way; for (j) what the channel says must do."
    : " For (c) and (j), which have no Trigger, what the channel says must do.";
}

export function latencySection(results: Results): readonly string[] {
  const latencies = results.latencies.filter(isSound);
  if (latencies.length === 0) return [];
  const row = (name: string, side: "floor" | "delivery") => [
    name,
    ...(["p50Ms", "p99Ms", "maxMs"] as const).map((share) =>
      milliseconds(median(latencies.map((pair) => pair[side][share]))),
    ),
  ];
  return [
    "## How soon",
    "![Latency, floor and router](benchmarks/latency.svg)",
    table(
      ["", "median", "99 of 100", "longest"],
      [row("(b) answers, its commit done", "floor"), row("the subscriber has the event", "delivery")],
    ),
    `At ${latencies[0]?.ratePerSecond} events/s, posted on time whatever the answers do. The way to the subscriber holds one commit as well; its 99th percentile is ${(latencyRatio(latencies)?.value ?? Number.NaN).toFixed(1)} times that of the commit alone (median over the rounds).`,
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
