/** Runs the rows, one after another and then again: what slows the machine for a while slows floors and rows alike. */
import type { Options } from "./options.ts";
import { busyShare } from "./proc.ts";
import type { Measurements } from "./results.ts";
import { measureBacklog } from "./rows/backlog.ts";
import { COST_RATES, COST_SUBSCRIBERS, measureCost, measureIdle } from "./rows/cost.ts";
import { measureFloor } from "./rows/floors.ts";
import { measureLatency } from "./rows/latency.ts";
import type { Cost, Idle, LatencyPair, Rate, RowId } from "./rows/row.ts";
import { measureThroughput } from "./rows/throughput.ts";

/** Long enough to see what else runs. */
const SAMPLE_MS = 500;

type RateRow = Exclude<RowId, "g" | "i">;

/** The backlog, which takes minutes, and the costs, which are counted and not timed, are measured once. */
export async function measureAll(options: Options, progress: (line: string) => void): Promise<Measurements> {
  const rates: Rate[] = [];
  const latencies: LatencyPair[] = [];
  const otherWork: number[] = [];
  for (let round = 1; round <= options.repeat; round++) {
    const count = `${round}/${options.repeat}`;
    for (const row of options.rows) {
      if (row === "i" || (row === "h" && round > 1)) continue;
      otherWork.push(await busyShare(SAMPLE_MS));
      if (row === "g") {
        const pair = await measureLatency(options);
        latencies.push(pair);
        progress(`${count} (g) p99 ${pair.delivery.p99Ms.toFixed(1)} ms, floor ${pair.floor.p99Ms.toFixed(1)} ms`);
      } else {
        const rate = await measureRate(row, options);
        rates.push(rate);
        progress([`${count} (${row}) ${Math.round(rate.perSecond)}/s`, ...rate.faults].join("; "));
      }
    }
  }
  return { rates, latencies, otherWork, ...(await measureCosts(options, progress)) };
}

function measureRate(row: RateRow, options: Options): Promise<Rate> {
  switch (row) {
    case "a":
    case "b":
      return measureFloor(row, options);
    case "c":
    case "d":
    case "e":
    case "f":
      return measureThroughput(row, options);
    case "h":
      return measureBacklog(options);
    default:
      return row satisfies never;
  }
}

async function measureCosts(options: Options, progress: (line: string) => void) {
  const costs: Cost[] = [];
  if (!options.rows.includes("i")) return { costs };
  for (const subscribers of COST_SUBSCRIBERS) {
    for (const ratePerSecond of COST_RATES) {
      const cost = await measureCost({ subscribers, ratePerSecond }, options);
      costs.push(cost);
      const dollars = cost.dollarsPerMillion.total.toFixed(2);
      progress([`(i) ${ratePerSecond}/s to ${subscribers}: $${dollars} a million`, ...cost.faults].join("; "));
    }
  }
  const idle: Idle = await measureIdle(options);
  progress(`(i) idle: ${JSON.stringify(idle.operations)}`);
  return { costs, idle };
}
