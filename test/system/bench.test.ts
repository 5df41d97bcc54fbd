/** The benchmark itself, on small loads: that it counts, not how fast anything is. */
import { expect, test } from "vitest";
import { loadTool } from "../../bench/load/closed-loop.ts";
import { measureAll } from "../../bench/measure-all.ts";
import { measureThroughput } from "../../bench/rows/throughput.ts";

const SETTINGS = { tool: loadTool(), seconds: 1, warmUpSeconds: 1, backlogEvents: 0, costSeconds: 0 };

test("[BENCH-20] floors, ingest and one Trigger: every acknowledged event is counted where it ends", async () => {
  const options = { ...SETTINGS, rows: ["a", "b", "c", "d"], repeat: 1, isQuick: true } as const;
  const { rates } = await measureAll(options, () => {});
  expect(rates.map(({ row, faults, repeated }) => ({ row, faults, repeated }))).toEqual([
    { row: "a", faults: [], repeated: 0 },
    { row: "b", faults: [], repeated: 0 },
    { row: "c", faults: [], repeated: 0 },
    { row: "d", faults: [], repeated: 0 },
  ]);
  for (const { acked, arrived, perSecond, cpuMsPerEvent, peakRssMb } of rates) {
    expect(acked).toBeGreaterThan(0);
    expect(arrived).toBeGreaterThanOrEqual(acked);
    for (const figure of [perSecond, cpuMsPerEvent, peakRssMb]) expect(figure).toBeGreaterThan(0);
  }
});

test("[BENCH-21] without wrk the load is autocannon's, with an id of its own for each event", async () => {
  const { acked, arrived, faults } = await measureThroughput("d", { ...SETTINGS, tool: "autocannon" });
  expect(faults).toEqual([]);
  expect(acked).toBeGreaterThan(0);
  expect(arrived).toBeGreaterThanOrEqual(acked);
});
