import { describe, expect, it } from "vitest";
import { isFull, optionsFrom } from "../../bench/options.ts";
import { chartsOf } from "../../bench/page/charts.ts";
import { pageOf } from "../../bench/page/page.ts";
import { ticks } from "../../bench/page/svg.ts";
import { dollarsPerMillion } from "../../bench/prices.ts";
import { faultsIn, figuresOf, type Measurements, medianRate } from "../../bench/results.ts";
import { ROW_IDS } from "../../bench/rows/row.ts";
import { tableOf } from "../../bench/table.ts";
import { verdicts } from "../../bench/targets.ts";
import { median, percentile } from "../kit/statistics.ts";
import { CRASH, MEASURED, RESULTS, rate, resultsWith, SOAK } from "./bench-records.ts";

const NOTHING: Measurements = { rates: [], latencies: [], costs: [], otherWork: [], broken: [] };

describe("the benchmark's arithmetic", () => {
  it("[BENCH-1] the median of an even number of values lies between the two in the middle", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  });

  it("[BENCH-2] a percentile is the value that so many of the values do not exceed", () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([50, 99, 100].map((share) => percentile(values, share))).toEqual([100, 198, 200]);
  });

  it("[BENCH-3] a measurement with a fault has no part in the row's figure, and is reported", () => {
    const rates = [rate("d", 100), rate("d", 9_000, ["5 of 10 did not arrive"]), rate("d", 300)];
    expect(medianRate(rates, "d")).toBe(200);
    expect(medianRate(rates.slice(1, 2), "d")).toBeUndefined();
    expect(faultsIn({ ...NOTHING, rates, broken: ["(i) lost"] })).toEqual(["(i) lost", "(d) 5 of 10 did not arrive"]);
  });

  it("[BENCH-4] a million times the operations cost what the price list says", () => {
    const operations = {
      workerRequests: 1,
      cpuMs: 2,
      objectRequests: 0.5,
      objectSeconds: 0.01,
      rowsWritten: 0.2,
      rowsRead: 10,
      queueMessages: 0.1,
    };
    const { total, parts } = dollarsPerMillion(operations);
    expect(Object.values(parts).map((part) => Number(part.toFixed(6)))).toEqual([
      0.3, 0.04, 0.075, 0.016, 0.2, 0.01, 0.12,
    ]);
    expect(total).toBeCloseTo(0.761, 6);
  });

  it("[BENCH-5] a target holds up to its limit, and one whose row did not run has no verdict", () => {
    const says = (figures: Parameters<typeof verdicts>[0]) =>
      verdicts(figures).map(({ id, measured, passed }) => [id, measured, passed]);
    expect(says({ a: 10, b: 4 })).toEqual([["b/a", 0.4, true]]);
    expect(says({ b: 10, d: 4.5 })).toEqual([
      ["d/b", 0.45, true],
      ["d/b aim", 0.45, false],
    ]);
    expect(says({ floorP99Ms: 10, deliveryP99Ms: 30.1 })).toEqual([["g/b", 3.0100000000000002, false]]);
    expect(says({ backlogRssMb: 400, dollarsWithOneSubscriber: 0.69 })).toEqual([
      ["h memory", 400, false],
      ["$ 1", 0.69, true],
    ]);
    expect(says({ idleOperations: 1 })).toEqual([["$ idle", 1, false]]);
    expect(says({ dollarsWithTenSubscribers: Number.NaN })).toEqual([["$ 10", Number.NaN, false]]);
  });

  it("[BENCH-6] the figures of a run are those its targets look at", () => {
    expect(figuresOf(RESULTS)).toEqual({
      a: 10_000,
      b: 5_000,
      c: 4_000,
      d: 2_400,
      e: 2_300,
      f: 4_000,
      h: 2_500,
      j: 3_800,
      k: 1_800,
      l: 900,
      floorP99Ms: 10,
      deliveryP99Ms: 25,
      backlogRssMb: 200,
      dollarsWithOneSubscriber: 0.55,
      dollarsWithTenSubscribers: 0.8,
      idleOperations: 0,
      exactFilters: 8e6,
      cesqlFilters: 4e6,
      matchedByOne: 6e6,
      matchedByThousand: 3e6,
    });
    const idle = { row: "i", seconds: 1, leftMemory: false, operations: 3 } as const;
    expect(figuresOf({ ...NOTHING, idle })).toEqual({ idleOperations: 3 });
  });

  it("[BENCH-7] only a full run may take the record's place", () => {
    const runs = [[], ["--quick"], ["--only", "a,b"], ["--seconds", "5"]].map((parameters) => optionsFrom(parameters));
    expect(runs.map(isFull)).toEqual([true, false, false, true]);
    expect(() => optionsFrom(["--only", "z"])).toThrow("--only z: rows are a,b,c,d,e,f,g,h,i,j,k,l,filters");
    expect(() => optionsFrom(["--repeat", "0"])).toThrow("--repeat is 0; give a number of 1 or more");
  });
});

describe("the benchmark's page", () => {
  it("[BENCH-8] shows every record that is there", () => {
    const headings = (page: string) => page.split("\n").filter((line) => line.startsWith("#"));
    expect(headings(pageOf({ results: RESULTS, crash: CRASH, soak: SOAK }))).toEqual([
      "# Benchmarks",
      "## What is promised",
      "## How many",
      "## How soon",
      "## How fast events are matched",
      "## What it costs on Cloudflare",
      "### Idle",
      "## Crashes",
      "## A long run",
    ]);
    expect(headings(pageOf({ crash: CRASH }))).toEqual(["# Benchmarks", "## Crashes"]);
    expect(pageOf({})).toContain("There is no record");
  });

  it("[BENCH-9] shows figures as they were measured, failures in bold", () => {
    const page = pageOf({ results: RESULTS, crash: CRASH, soak: SOAK });
    for (const row of [
      "| (d) one Trigger that matches all | 2,400 | 2,400 | 0.48 | 0.25 | 200 |",
      "| one Trigger reaches 0.50 of group commit (the aim) | at least 0.5 | 0.48 | **no** |",
      "| a filter on type and source is evaluated two million times a second | at least 2,000,000 | 8,000,000.00 | yes |",
      "used 20 % of its CPU time (10 to 30 %, sampled",
      "| the subscriber has the event | 2.0 ms | 25.0 ms | 40.0 ms |",
      "| a CESQL expression of three conditions | 4,000,000 | 4,000,000 |",
      "| 1,000/s to 1 | 1,000/s | 1 | 0.000 | 0.250 | 0.000 | 0.000 | 0.00 | 0.00000 | $0.55 |",
      "| events acknowledged | 123,456 |",
      "| the failing subscriber | parked 12 |",
      "| slowest minute, 99 of 100 | 90.0 ms |",
    ]) {
      expect(page).toContain(row);
    }
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });

  it("[BENCH-10] every chart that the page shows is drawn, says in words what it shows, and nothing else is", () => {
    const records = { results: RESULTS, crash: CRASH, soak: SOAK };
    const charts = chartsOf(records);
    const shown = [...pageOf(records).matchAll(/\(benchmarks\/([a-z-]+\.svg)\)/g)].map(([, name]) => name);
    expect(Object.keys(charts).sort()).toEqual(shown.sort());
    for (const chart of Object.values(charts)) {
      expect(chart).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+">/);
      expect(chart).not.toMatch(/undefined|NaN|Infinity/);
      expect(chart.match(/<text/g)?.length).toBe(chart.match(/<\/text>/g)?.length);
    }
    expect(charts["throughput.svg"]).toContain("one Trigger 2,400");
    expect(charts["throughput.svg"]).toContain("Sequence of three steps 900");
    expect(charts["cost.svg"]).toContain(">$0.80</text>");
  });

  it("[BENCH-11] an axis has a few round steps and reaches past the highest value", () => {
    expect([ticks(9_700), ticks(0.8), ticks(37)]).toEqual([
      [0, 2_500, 5_000, 7_500, 10_000],
      [0, 0.2, 0.4, 0.6, 0.8],
      [0, 10, 20, 30, 40],
    ]);
  });

  it("[BENCH-12] the terminal's table has a line for each row and each verdict", () => {
    const lines = tableOf(RESULTS).split("\n");
    const rows = ROW_IDS.filter((row) => lines.some((line) => line.startsWith(`(${row}) `)));
    expect(rows).toEqual([...ROW_IDS]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^\(d\) one Trigger that matches all +2400 +0\.250 +200 +2400$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^FAIL +d\/b aim +0\.48 +at least 0\.5: /));
    const passed = lines.filter((line) => line.startsWith("pass")).length;
    expect([passed, lines.filter((line) => line.startsWith("FAIL")).length]).toEqual([16, 2]);
  });

  it("[BENCH-13] a promise whose row did not run is shown as not measured, and does not hold", () => {
    const { filters: _, ...others } = MEASURED;
    const rates = MEASURED.rates.filter(({ row }) => row !== "l");
    const page = pageOf({ results: resultsWith({ ...others, rates }) });
    expect(page).toContain("\n12 of 18 hold in this run, 4 were not measured.\n");
    expect(page).toContain(
      "| a Sequence of three steps reaches 0.28 of one Trigger | at least 0.28 |  | not measured |",
    );
    expect(page).not.toContain("## How fast events are matched");
    expect(pageOf({ results: RESULTS })).toContain("\n16 of 18 hold in this run.\n");
  });
});
