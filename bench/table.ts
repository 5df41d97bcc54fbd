/** The results as text for the terminal. */
import { median } from "../test/kit/statistics.ts";
import { isReached } from "./cost-rates.ts";
import { medianRate } from "./figures.ts";
import { faultsIn, type Results } from "./results.ts";
import { FILTER_CASES, type RowId } from "./rows/row.ts";
import { type Outcome, TARGETS } from "./targets.ts";

export const ROW_TITLES: Readonly<Record<RowId, string>> = {
  a: "floor: a Worker reads the body and answers",
  b: "floor: a Worker and a Durable Object with group commit",
  c: "ingest: a Broker without Triggers",
  d: "one Trigger that matches all",
  e: "ten Triggers, one matches",
  f: "ten Triggers, all match (deliveries/s)",
  g: "from the post to the subscriber, 100 events/s",
  h: "draining a backlog",
  i: "cost",
  j: "ingest with an access token",
  k: "a thousand Triggers, one matches",
  l: "a Sequence of three steps",
  filters: "filters evaluated",
};

export function tableOf(results: Results): string {
  return [
    ...rateLines(results),
    ...latencyLines(results),
    ...costLines(results),
    ...filterLines(results),
    ...verdictLines(results),
  ].join("\n");
}

function rateLines({ rates }: Results): readonly string[] {
  const rows = [...new Set(rates.map(({ row }) => row))];
  const lines = rows.map((row) => {
    const of = rates.filter((rate) => rate.row === row);
    const each = of.map((rate) => Math.round(rate.perSecond)).join(" ");
    const cpu = median(of.map((rate) => rate.cpuMsPerEvent)).toFixed(3);
    const rss = Math.round(Math.max(...of.map((rate) => rate.peakRssMb)));
    const rate = medianRate(rates, row);
    const shown = rate === undefined ? "FAILED" : String(Math.round(rate));
    return `(${row}) ${ROW_TITLES[row].padEnd(56)} ${shown.padStart(7)}  ${cpu.padStart(6)}  ${String(rss).padStart(5)}  ${each}`;
  });
  return [`${"".padEnd(60)}     /s  CPU ms  RSS MB  each`, ...lines];
}

function latencyLines({ latencies }: Results): readonly string[] {
  return latencies.flatMap(({ floor, delivery }) => [
    `(g) floor    p50 ${ms(floor.p50Ms)}  p99 ${ms(floor.p99Ms)}  max ${ms(floor.maxMs)}`,
    `(g) delivery p50 ${ms(delivery.p50Ms)}  p99 ${ms(delivery.p99Ms)}  max ${ms(delivery.maxMs)}`,
  ]);
}

function costLines({ costs, atRest }: Results): readonly string[] {
  const lines = costs.map((cost) => {
    const { ratePerSecond, subscribers, achievedPerSecond, perEvent, dollarsPerMillion } = cost;
    const operations = Object.entries(perEvent).map(([name, count]) => `${name} ${count.toFixed(4)}`);
    const rate = `${ratePerSecond}/s (${achievedPerSecond.toFixed(0)}${isReached(cost) ? "" : ", not reached"}) to ${subscribers}`;
    return `(i) ${rate}: $${dollarsPerMillion.total.toFixed(3)} a million; ${operations.join(", ")}`;
  });
  if (atRest === undefined) return lines;
  const { seconds, objects, awake, changed } = atRest;
  return [
    ...lines,
    `(i) idle for ${seconds} s: of ${objects} objects ${awake} in memory, ${changed} databases changed`,
  ];
}

/** Each figure is the median of its own, so that one disturbed case does not spoil the others. */
function filterLines({ filters = [] }: Results): readonly string[] {
  if (filters.length === 0) return [];
  return FILTER_CASES.map((filter) => {
    const perSecond = median(filters.map((each) => each.evaluationsPerSecond[filter]));
    return `(filters) ${filter.padEnd(20)} ${Math.round(perSecond)} evaluations/s`;
  });
}

const SHORTLY: Readonly<Record<Outcome, string>> = { yes: "pass", no: "FAIL", "not reached at this rate": "RATE" };

/** In the order of the targets; what was not measured is there as well. */
function verdictLines(results: Results): readonly string[] {
  const judged = new Map(results.verdicts.map((verdict) => [verdict.id, verdict]));
  const lines = TARGETS.map(({ id, says, limit: { kind, value } }) => {
    const verdict = judged.get(id);
    const start = verdict === undefined ? "----" : SHORTLY[verdict.outcome];
    const measured = verdict === undefined ? "" : verdict.measured.toFixed(2);
    const found = verdict === undefined ? "not measured" : [verdict.from, ...hundredths(verdict.each)].join(", ");
    return `${start}  ${id.padEnd(9)} ${measured.padStart(10)}  ${kind} ${value}: ${says} (${found})`;
  });
  const other = results.otherWork.map((share) => Math.round(share * 100)).join(" ");
  return [
    `other work, % of all cores between the rows: ${other}`,
    "",
    ...lines,
    ...faultsIn(results).map((fault) => `FAULT ${fault}`),
  ];
}

function hundredths(each: readonly number[] = []): readonly string[] {
  return each.length === 0 ? [] : [`by round ${each.map((value) => value.toFixed(2)).join(" ")}`];
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`.padStart(9);
}
