import { describe, expect, it } from "vitest";
import { medianRate } from "../../bench/figures.ts";
import { isFull, optionsFrom } from "../../bench/options.ts";
import { chartsOf } from "../../bench/page/charts.ts";
import { pageOf } from "../../bench/page/page.ts";
import { ticks } from "../../bench/page/svg.ts";
import { dollarsPerMillion } from "../../bench/prices.ts";
import { faultsIn } from "../../bench/results.ts";
import { type Measurements, ROW_IDS } from "../../bench/rows/row.ts";
import { tableOf } from "../../bench/table.ts";
import { verdicts } from "../../bench/targets.ts";
import { median, percentile } from "../kit/statistics.ts";
import { CRASH, cost, latencies, MEASURED, RECORDS, RESULTS, rate, resultsWith } from "./bench-records.ts";

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
    const says = (measured: Partial<Measurements>) =>
      verdicts({ ...NOTHING, ...measured }).map(({ id, measured, outcome }) => [id, measured, outcome]);
    expect(says({ rates: [rate("a", 10), rate("b", 4)] })).toEqual([["b/a", 0.4, "yes"]]);
    expect(says({ rates: [rate("b", 10), rate("d", 4.5)] })).toEqual([
      ["d/b", 0.45, "yes"],
      ["d/b aim", 0.45, "no"],
    ]);
    expect(says({ latencies: [latencies(10, 30.1)] })).toEqual([["g/b", 3.0100000000000002, "no"]]);
    expect(
      says({ rates: [{ ...rate("h", 100), peakRssMb: 400 }], costs: [cost(1, 1_000, { rowsWritten: 0.25 })] }),
    ).toEqual([
      ["h memory", 400, "no"],
      ["$ 1", 0.55, "yes"],
    ]);
    const atRest = { row: "i", seconds: 20, objects: 2, awake: 0, changed: 0 } as const;
    expect(says({ atRest })).toEqual([["$ idle", 0, "yes"]]);
    expect(says({ atRest: { ...atRest, awake: 1 } })).toEqual([["$ idle", 1, "no"]]);
    expect(says({ atRest: { ...atRest, changed: 2 } })).toEqual([["$ idle", 2, "no"]]);
    expect(says({ costs: [cost(10, 1_000, { rowsWritten: Number.NaN })] })).toEqual([["$ 10", Number.NaN, "no"]]);
  });

  it("[BENCH-6] every target has its verdict in a whole run, with what it is made of", () => {
    expect(RESULTS.verdicts.map(({ id, measured, from }) => [id, measured, from])).toEqual([
      ["b/a", 0.5, "5,000/s of 10,000/s"],
      ["c/b", 0.8, "4,000/s of 5,000/s"],
      ["d/b", 0.48, "2,400/s of 5,000/s"],
      ["d/b aim", 0.48, "2,400/s of 5,000/s"],
      ["e/d", 2_300 / 2_400, "2,300/s of 2,400/s"],
      ["f/d", 4_000 / 2_400, "4,000/s of 2,400/s"],
      ["g/b", 2.5, "25.0 ms of 10.0 ms"],
      ["j/c", 0.95, "3,800/s of 4,000/s"],
      ["h/d", 2_500 / 2_400, "2,500/s of 2,400/s"],
      ["h memory", 200, "peak of the process, MB"],
      ["$ 1", 0.55, "1,000/s of 1,000/s"],
      ["$ 10", 0.8, "1,000/s of 1,000/s"],
      ["$ idle", 0, "2 objects, 20 s"],
      ["k/d", 0.75, "1,800/s of 2,400/s"],
      ["l/d", 0.375, "900/s of 2,400/s"],
      ["exact", 8e6, "per second of CPU time"],
      ["cesql", 0.5, "4,000,000/s of 8,000,000/s"],
      ["match", 0.5, "3,000,000/s of 6,000,000/s"],
    ]);
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
    expect(headings(pageOf(RECORDS))).toEqual([
      "# Benchmarks",
      "## What is promised",
      "## How many",
      "## How soon",
      "## How fast events are matched",
      "## What it costs on Cloudflare",
      "### Idle",
      "## Crashes",
      "## A long run",
      "## Storms",
    ]);
    expect(headings(pageOf({ crash: CRASH }))).toEqual(["# Benchmarks", "## Crashes", "## A long run", "## Storms"]);
    for (const run of ["bench", "crash -- --record", "soak"])
      expect(pageOf({})).toContain(`There is no record of \`npm run ${run}\``);
    expect(pageOf({})).toContain("Not recorded: there is no record of `npm run sim -- --record`.");
  });

  it("[BENCH-9] shows figures as they were measured, failures in bold", () => {
    const page = pageOf(RECORDS);
    for (const row of [
      "| (d) one Trigger that matches all | 2,400 | 2,400 | 0.48 | 0.25 | 200 |",
      "| one Trigger reaches 0.50 of group commit (the aim) | at least 0.5 | 0.48 | 0.48 | 2,400/s of 5,000/s | **no** |",
      "| a filter on type and source is evaluated two million times a second | at least 2,000,000 | 8,000,000.00 |  | per second of CPU time | yes |",
      "used 20 % of its CPU time (10 to 30 %, sampled",
      "| the subscriber has the event | 2.0 ms | 25.0 ms | 40.0 ms |",
      "| a CESQL expression of three conditions | 4,000,000 | 4,000,000 |",
      "| 1,000/s to 1 | 1,000/s | 1 | 0.000 | 0.250 | 0.000 | 0.000 | 0.00 | 0.00000 | $0.55 |",
      "| events acknowledged | 123,456 |",
      "| deliveries that were open at a kill, on average | 11,324 |",
      "| the failing subscriber | parked 12 |",
      "| slowest minute, 99 of 100 | 90.0 ms |",
    ]) {
      expect(page).toContain(row);
    }
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });

  it("[BENCH-10] every chart that the page shows is drawn, says in words what it shows, and nothing else is", () => {
    const charts = chartsOf(RECORDS);
    const shown = [...pageOf(RECORDS).matchAll(/\(benchmarks\/([a-z-]+\.svg)\)/g)].map(([, name]) => name);
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
    expect(lines).toContainEqual(
      expect.stringMatching(/^FAIL +d\/b aim +0\.48 +at least 0\.5: .*\(2,400\/s of 5,000\/s, by round 0\.48\)$/),
    );
    const passed = lines.filter((line) => line.startsWith("pass")).length;
    expect([passed, lines.filter((line) => line.startsWith("FAIL")).length]).toEqual([16, 2]);
    const without = tableOf(resultsWith({ ...MEASURED, latencies: [] })).split("\n");
    expect(without).toContainEqual(expect.stringMatching(/^---- {2}g\/b .* \(not measured\)$/));
  });

  it("[BENCH-13] a promise whose row did not run is shown as not measured, and does not hold", () => {
    const { filters: _, ...others } = MEASURED;
    const rates = MEASURED.rates.filter(({ row }) => row !== "l");
    const page = pageOf({ results: resultsWith({ ...others, rates }) });
    expect(page).toContain('\n12 of 18 promises are kept in this run, 2 are "no", 4 are "not measured".\n');
    expect(page).toContain(
      "| a Sequence of three steps reaches 0.28 of one Trigger | at least 0.28 |  |  |  | not measured |",
    );
    expect(page).not.toContain("## How fast events are matched");
    expect(pageOf({ results: RESULTS })).toContain('\n16 of 18 promises are kept in this run, 2 are "no".\n');
  });
});
