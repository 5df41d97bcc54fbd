/** What records of the benchmark and of long runs say, and what they must not. */
import { describe, expect, it } from "vitest";
import { COST_RATES, highestReached, isReached, rateAfter } from "../../bench/cost-rates.ts";
import { latencyRatio, medianRate, ratioOfRows } from "../../bench/figures.ts";
import { chartsOf } from "../../bench/page/charts.ts";
import { pageOf } from "../../bench/page/page.ts";
import { type CrashRecord, parseRecord, type SoakRecord } from "../../bench/page/records.ts";
import type { Results } from "../../bench/results.ts";
import type { Cost, Rate } from "../../bench/rows/row.ts";
import { tableOf } from "../../bench/table.ts";
import { judge as judgeCrash } from "../crash/judge.ts";
import { crashRecord } from "../crash/report.ts";
import { judge as judgeSoak } from "../soak/judge.ts";
import { NumberSet } from "../soak/number-set.ts";
import { soakRecord } from "../soak/report.ts";
import { CRASH, cost, latencies, MEASURED, rate, resultsWith, SIM, SOAK } from "./bench-records.ts";

describe("ratios", () => {
  it("[BENCH-30] rows are compared within each round, and the median of these counts", () => {
    // A machine that was half as fast in the second round: medians of the rows would say 600 of 1,000.
    const rates = [
      { ...rate("b", 2_000), round: 1 },
      { ...rate("d", 800), round: 1 },
      { ...rate("b", 1_000), round: 2 },
      { ...rate("d", 600), round: 2 },
      { ...rate("b", 1_000), round: 3 },
      { ...rate("d", 300), round: 3 },
    ];
    expect(ratioOfRows(rates, "d", "b")).toEqual({ value: 0.4, each: [0.4, 0.6, 0.3], of: [600, 1_000] });
    const inWords = "| 0.40 | 0.40 0.60 0.30 | 600/s of 1,000/s | yes |";
    expect(pageOf({ results: resultsWith({ ...MEASURED, rates }) })).toContain(inWords);
  });

  it("[BENCH-31] a round with a fault on either side is left out; without one there is no ratio", () => {
    const rates = [
      { ...rate("d", 900), round: 1 },
      { ...rate("b", 1_000, ["lost"]), round: 1 },
      { ...rate("b", 1_000), round: 2 },
      { ...rate("d", 400), round: 2 },
    ];
    expect(ratioOfRows(rates, "d", "b")).toEqual({ value: 0.4, each: [0.4], of: [400, 1_000] });
    expect(ratioOfRows(rates.slice(0, 3), "d", "b")).toBeUndefined();
    const broken = latencies(10, 10);
    const faulty = { ...broken, floor: { ...broken.floor, faults: ["lost"] } };
    expect(latencyRatio([latencies(10, 20), faulty, latencies(5, 20)])).toEqual({
      value: 3,
      each: [2, 4],
      of: [20, 7.5],
    });
  });

  it("[BENCH-32] what was measured in one round is compared with that round alone; records without rounds have their order", () => {
    const rates = [rate("d", 1_000), rate("h", 3_000), rate("d", 2_000)];
    expect(ratioOfRows(rates, "h", "d")).toEqual({ value: 3, each: [3], of: [3_000, 1_000] });
    expect(medianRate(rates, "d")).toBe(1_500);
  });
});

describe("costs at a rate that is not reached", () => {
  const backlog: Cost = { ...cost(10, 1_000, { rowsWritten: 0.5 }), achievedPerSecond: 449 };

  it("[BENCH-33] a rate is reached from 0.95 of it on, and not with a fault", () => {
    const at = (achievedPerSecond: number, faults: readonly string[] = []) =>
      isReached({ ...backlog, achievedPerSecond, faults });
    expect([at(950), at(949), at(Number.NaN), at(1_000, ["5 posts were not accepted"])]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("[BENCH-34] half the rate is tried until it is reached, or is as low as what is measured anyway", () => {
    const tried = [1_000];
    const reachesNone = (ratePerSecond: number) => ({
      ...backlog,
      ratePerSecond,
      achievedPerSecond: 0.5 * ratePerSecond,
    });
    for (let next = rateAfter(reachesNone(1_000)); next !== undefined; next = rateAfter(reachesNone(next)))
      tried.push(next);
    expect(tried).toEqual([1_000, 500, 250, 125]);
    expect(rateAfter(cost(10, 500, {}))).toBeUndefined();
    expect(COST_RATES.filter((ratePerSecond) => rateAfter(reachesNone(ratePerSecond)) !== undefined)).toEqual([1_000]);
  });

  it("[BENCH-35] its cost is neither kept nor broken, and is shown with the rate that was reached and what that costs", () => {
    const costs = [
      cost(1, 1_000, {}),
      backlog,
      { ...backlog, ratePerSecond: 500, achievedPerSecond: 440 },
      cost(10, 250, { rowsWritten: 1 }),
    ];
    expect(highestReached(costs, 10)?.ratePerSecond).toBe(250);
    const results = resultsWith({ ...MEASURED, costs });
    expect(results.verdicts.find(({ id }) => id === "$ 10")).toEqual({
      id: "$ 10",
      says: "a million events, 1,000 posted per second, to ten subscribers cost less than $1.20",
      measured: 0.8,
      from: "449/s of 1,000/s; at 250/s, reached, $1.30",
      outcome: "not reached at this rate",
    });
    const page = pageOf({ results });
    expect(page).toContain("at 250/s, reached, $1.30 | **not reached at this rate** |");
    expect(page).toContain('15 of 18 promises are kept in this run, 2 are "no", 1 is "not reached at this rate".');
    expect(page).toContain("| 1,000/s to 10 | 449/s, **not reached** |");
    expect(page).toContain("| 250/s to 10 | 250/s |");
    expect(tableOf(results)).toMatch(/^RATE {2}\$ 10 .*449\/s of 1,000\/s; at 250\/s, reached, \$1\.30/m);
    expect(chartsOf({ results })["cost.svg"]).toContain("1,000/s to 10 subscribers, not reached");
  });

  it("[BENCH-42] the page speaks of lower rates only where some were tried", () => {
    const says = (costs: readonly Cost[]) =>
      pageOf({ results: resultsWith({ ...MEASURED, costs }) }).includes("Half the rate");
    expect([says([backlog, cost(10, 500, {})]), says([backlog])]).toEqual([true, false]);
  });

  it("[BENCH-43] the page says that the log of (c) was read only where it was", () => {
    const says = (round: Partial<Rate>) =>
      pageOf({ results: resultsWith({ ...MEASURED, rates: [{ ...rate("c", 10), ...round }] }) }).includes("After (c)");
    expect([says({ round: 1 }), says({})]).toEqual([true, false]);
  });

  it("[BENCH-44] what failed is on the page, with its row", () => {
    const page = pageOf({
      results: resultsWith({
        ...MEASURED,
        broken: ["(h) no answer"],
        costs: [{ ...backlog, faults: ["3 did not arrive"] }],
      }),
    });
    expect(page).toContain("What failed, and does not count:\n\n- (h) no answer\n- (i) 3 did not arrive\n");
    expect(page).toContain("| 1,000/s to 10 | 449/s, **failed** |");
    expect(pageOf({ results: resultsWith(MEASURED) })).not.toContain("What failed");
  });

  it("[BENCH-45] a measurement that failed and has no figures keeps no page from being drawn", () => {
    const none = { ...rate("d", Number.NaN, ["nothing was acknowledged"]), cpuMsPerEvent: Number.NaN };
    const late = latencies(Number.NaN, Number.NaN);
    const recorded = JSON.stringify(resultsWith({ ...MEASURED, rates: [none], latencies: [late] }));
    const records = { results: parseRecord<Results>(recorded) };
    expect(pageOf(records)).toContain("| (d) one Trigger that matches all | failed |");
    expect(Object.keys(chartsOf(records))).toEqual(["throughput.svg", "latency.svg", "cost.svg"]);
  });

  it("[BENCH-36] where no rate was reached the page says so; a cost with a fault is not measured", () => {
    const outcome = (of: Cost) => resultsWith({ ...MEASURED, costs: [of] }).verdicts.find(({ id }) => id === "$ 10");
    expect(outcome(backlog)?.from).toBe("449/s of 1,000/s; no rate was reached");
    expect(outcome({ ...backlog, faults: ["lost"] })).toBeUndefined();
  });
});

describe("records of runs that are judged", () => {
  it("[BENCH-37] say whether the run passed, and why not", () => {
    const page = pageOf({ crash: CRASH, soak: SOAK });
    expect(page.match(/\| passed \| .* \|/g)).toEqual(["| passed | yes |", "| passed | **no** |"]);
    expect(page).toContain("\n- memory grew from 200.0 MB in the middle third of the run to 300.0 MB in the last\n");
    expect(page).toContain(
      "This is 70 % of the 1,000/s measured just before with the soak's own subscribers and load process, which take more of the machine than those of the rows above. Before it, other work used 7 % of the machine's CPU time; the healthy subscriber alone took 1,500/s, with the same load process.",
    );
    expect(page).not.toContain("at most");
  });

  it("[BENCH-38] older records say no more than they hold", () => {
    const { failures: _, ...crash } = CRASH;
    const { failures: __, otherWork: ___, oneTriggerPerSecond: ____, ...soak } = SOAK;
    const page = pageOf({ crash, soak });
    expect(page.match(/\| passed \| .* \|/g)).toEqual(["| passed | not recorded |", "| passed | not recorded |"]);
    expect(page).toContain(
      "What else ran on the machine was not recorded; what the healthy subscriber alone would have taken was not recorded.",
    );
    expect(page).not.toMatch(/undefined|NaN/);
  });

  it("[BENCH-39] a crash run that failed leaves a record that says so, in the page's form", () => {
    const posted = [{ number: 1, key: 0, startedMs: 1, endedMs: 2, ackedMs: 2 }];
    const verdict = judgeCrash({ posted, received: [], kills: [{ sentMs: 10, goneMs: 11 }] });
    const run = {
      evidence: { posted, received: [], kills: [] },
      verdict,
      startsMs: [],
      killedAfterMs: [],
      drainedMs: 0,
    };
    const { recordedAt, machine } = CRASH;
    const record: CrashRecord = { recordedAt, machine, ...crashRecord(run, { ratePerSecond: 400 }) };
    expect(record).toMatchObject({ faults: 5, openAtKills: 4, rounds: 1 });
    expect(record.failures).toContain("missing: event 1 at plain");
    expect(pageOf({ crash: record })).toContain("\n- missing: event 1 at plain\n");
  });

  it("[BENCH-40] a soak that failed leaves a record that says so, in the page's form", () => {
    const none = { numbers: new NumberSet(), requests: 0, altered: 0 };
    const evidence = {
      minutes: 1,
      otherWork: 0.5,
      oneTriggerPerSecond: 800,
      peakPerSecond: 700,
      ratePerSecond: 490,
      accepted: new NumberSet(),
      notAccepted: 3,
      healthy: none,
      slow: none,
      failing: none,
      deadLetters: none,
      windows: [],
    };
    const { recordedAt, machine } = SOAK;
    const record: SoakRecord = { recordedAt, machine, ...soakRecord(evidence, judgeSoak(evidence)) };
    expect(record).toMatchObject({ otherWork: 0.5, oneTriggerPerSecond: 800, peakPerSecond: 700 });
    expect(record.failures).toContain("3 posts were not accepted, at a load that the router carries");
  });

  it("[BENCH-41] storms are shown with their violations, and the seeds between that were not run are not", () => {
    const page = pageOf({ sim: SIM });
    expect(page).toContain("at commit `0123abc` (2026-01-02 to 2026-01-03,");
    expect(page).toContain("1,200 seeds a minute and core, in 2 processes.");
    expect(page).toContain("| 1 to 100,000 | 100,000 | **1** | 1,000 | 14,100,000 | 181,000 | 5,100 |");
    expect(page).toContain("| 200,001 to 200,100 | 100 | 0 | 1 | 14,000 | 190 | 5 |");
    expect(page).toContain("\n- seed 60006: an event is lost. Found and mended.\n");
  });
});
