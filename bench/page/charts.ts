/** The charts of the page, by file name. */
import { median } from "../../test/kit/statistics.ts";
import { isReached } from "../cost-rates.ts";
import { medianRate } from "../figures.ts";
import { type Results, soundOnly } from "../results.ts";
import type { RowId } from "../rows/row.ts";
import { type Bar, barChart } from "./bar-chart.ts";
import { lineChart } from "./line-chart.ts";
import type { Records, SoakRecord } from "./records.ts";
import type { Colour } from "./svg.ts";

export type Charts = Readonly<Record<string, string>>;

export function chartsOf({ results, soak }: Records): Charts {
  return {
    ...(results === undefined ? {} : resultCharts(results)),
    ...(soak === undefined ? {} : soakCharts(soak)),
  };
}

function resultCharts(results: Results): Charts {
  const sound = soundOnly(results);
  return {
    ...(results.rates.length === 0 ? {} : { "throughput.svg": throughputChart(sound) }),
    ...(sound.latencies.length === 0 ? {} : { "latency.svg": latencyChart(sound) }),
    ...(results.costs.length === 0 ? {} : { "cost.svg": costChart(sound) }),
  };
}

const THROUGHPUT: readonly { readonly row: RowId; readonly words: string; readonly colour: Colour }[] = [
  { row: "a", words: "Worker that answers", colour: "floor" },
  { row: "b", words: "Worker and object, group commit", colour: "floor" },
  { row: "c", words: "Broker without Triggers", colour: "one" },
  { row: "j", words: "Broker that checks tokens", colour: "one" },
  { row: "d", words: "one Trigger", colour: "one" },
  { row: "e", words: "ten Triggers, one matches", colour: "one" },
  { row: "k", words: "a thousand Triggers, one matches", colour: "one" },
  { row: "l", words: "Sequence of three steps", colour: "one" },
  { row: "h", words: "backlog drained", colour: "one" },
  { row: "f", words: "ten Triggers match (deliveries)", colour: "two" },
];

function throughputChart({ rates }: Results): string {
  const bars = THROUGHPUT.flatMap(({ row, words, colour }): readonly Bar[] => {
    const value = medianRate(rates, row);
    if (value === undefined) return [];
    const each = rates.filter((rate) => rate.row === row).map((rate) => rate.perSecond);
    const range = [Math.min(...each), Math.max(...each)] as const;
    return [{ words, parts: [{ value, colour }], label: thousands(value), range }];
  });
  return barChart({
    title: "Events per second",
    bars,
    tick: thousands,
    legend: [
      { words: "floor of the platform, events/s", colour: "floor" },
      { words: "Sluice, events/s", colour: "one" },
      { words: "Sluice, deliveries/s", colour: "two" },
    ],
  });
}

function latencyChart({ latencies }: Results): string {
  const bars = (["p50Ms", "p99Ms"] as const).flatMap((share): readonly Bar[] => {
    const name = share === "p50Ms" ? "median" : "99 of 100";
    const floor = median(latencies.map((pair) => pair.floor[share]));
    const delivery = median(latencies.map((pair) => pair.delivery[share]));
    return [
      { words: `bare commit answers, ${name}`, parts: [{ value: floor, colour: "floor" }], label: milliseconds(floor) },
      {
        words: `subscriber has it, ${name}`,
        parts: [{ value: delivery, colour: "one" }],
        label: milliseconds(delivery),
      },
    ];
  });
  return barChart({
    title: "Milliseconds at 100 events/s",
    bars,
    tick: (value) => `${value} ms`,
    legend: [
      { words: "floor of the platform", colour: "floor" },
      { words: "Sluice", colour: "one" },
    ],
  });
}

function costChart({ costs }: Results): string {
  const bars = costs.map((cost): Bar => {
    const { ratePerSecond, subscribers } = cost;
    const { total, parts } = cost.dollarsPerMillion;
    const rest = parts.cpuMs + parts.objectSeconds + parts.rowsRead + parts.queueMessages;
    return {
      words: `${thousands(ratePerSecond)}/s to ${subscribers === 1 ? "one subscriber" : `${subscribers} subscribers`}${isReached(cost) ? "" : ", not reached"}`,
      parts: [
        { value: parts.workerRequests, colour: "one" },
        { value: parts.objectRequests, colour: "two" },
        { value: parts.rowsWritten, colour: "three" },
        { value: rest, colour: "floor" },
      ],
      label: dollars(total),
    };
  });
  return barChart({
    title: "Dollars per million events",
    bars,
    tick: dollars,
    legend: [
      { words: "requests to the Worker", colour: "one" },
      { words: "calls to the object", colour: "two" },
      { words: "rows written", colour: "three" },
      { words: "CPU, duration, rows read", colour: "floor" },
    ],
  });
}

function soakCharts({ series, ratePerSecond }: SoakRecord): Charts {
  const along = (value: (point: SoakRecord["series"][number]) => number) =>
    series.map((point) => [point.minute, value(point)] as const);
  return {
    "soak-memory.svg": lineChart({
      describes: `Resident memory of workerd over the minutes at ${ratePerSecond} events/s`,
      unit: "MB",
      series: [{ words: "workerd", colour: "one", points: along((point) => point.rssMb) }],
    }),
    "soak-latency.svg": lineChart({
      describes: `Milliseconds from post to healthy subscriber over the minutes at ${ratePerSecond} events/s`,
      unit: "ms",
      series: [
        { words: "median", colour: "one", points: along((point) => point.p50Ms) },
        { words: "99 of 100", colour: "two", points: along((point) => point.p99Ms) },
      ],
    }),
  };
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

export function dollars(value: number): string {
  return `$${value.toFixed(2)}`;
}
