/** Runs the rows, one after another and then again: what slows the machine for a while slows floors and rows alike. */
import { busyShare } from "../test/kit/process-figures.ts";
import type { Options } from "./options.ts";
import type { Measurements } from "./results.ts";
import { measureBacklog } from "./rows/backlog.ts";
import { COST_RATES, COST_SUBSCRIBERS, measureCost, measureIdle } from "./rows/cost.ts";
import { measureFilters } from "./rows/filters.ts";
import { measureFloor } from "./rows/floors.ts";
import { measureLatency } from "./rows/latency.ts";
import type { Cost, Evaluations, Idle, LatencyPair, Rate, RowId } from "./rows/row.ts";
import { measureThroughput } from "./rows/throughput.ts";

type TimedRow = Exclude<RowId, "i">;
type Measurement = Rate | LatencyPair | Cost | Idle | Evaluations;

/** One measurement: what to say of it, and how to make it. */
interface Step {
  readonly name: string;
  make(): Promise<Measurement>;
}

/** Long enough to see what else runs. */
const SAMPLE_MS = 500;

export async function measureAll(options: Options, progress: (line: string) => void): Promise<Measurements> {
  const made: Measurement[] = [];
  const otherWork: number[] = [];
  const broken: string[] = [];
  for (const { name, make } of stepsOf(options)) {
    otherWork.push(await busyShare(SAMPLE_MS));
    try {
      const measurement = await make();
      made.push(measurement);
      progress(`${name} ${shortly(measurement)}`);
    } catch (error) {
      // The others still count, and the fault is in the record.
      broken.push(`${name} ${error instanceof Error ? error.message : String(error)}`);
      progress(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  const filters = made.filter((each): each is Evaluations => "evaluationsPerSecond" in each);
  const idle = made.find((each): each is Idle => "operations" in each);
  return {
    rates: made.filter((each): each is Rate => "perSecond" in each),
    latencies: made.filter((each): each is LatencyPair => "delivery" in each),
    costs: made.filter((each): each is Cost => "perEvent" in each),
    ...(idle === undefined ? {} : { idle }),
    ...(filters.length === 0 ? {} : { filters }),
    otherWork,
    broken,
  };
}

/** The backlog, which takes minutes, and the costs, which are counted and not timed, are measured once. */
function stepsOf(options: Options): readonly Step[] {
  const rounds = Array.from({ length: options.repeat }, (_, index) => index + 1);
  const timed = rounds.flatMap((round) =>
    options.rows
      .filter((row): row is TimedRow => row !== "i" && (row !== "h" || round === 1))
      .map((row) => ({ name: `${round}/${options.repeat} (${row})`, make: () => measure(row, options) })),
  );
  return options.rows.includes("i") ? [...timed, ...costSteps(options)] : timed;
}

function costSteps(options: Options): readonly Step[] {
  const steps = COST_SUBSCRIBERS.flatMap((subscribers) =>
    COST_RATES.map((ratePerSecond) => ({
      name: `(i) ${ratePerSecond}/s to ${subscribers}:`,
      make: () => measureCost({ subscribers, ratePerSecond }, options),
    })),
  );
  return [...steps, { name: "(i) idle:", make: () => measureIdle(options) }];
}

function measure(row: TimedRow, options: Options): Promise<Rate | LatencyPair | Evaluations> {
  switch (row) {
    case "a":
    case "b":
      return measureFloor(row, options);
    case "c":
    case "d":
    case "e":
    case "f":
    case "j":
    case "k":
    case "l":
      return measureThroughput(row, options);
    case "g":
      return measureLatency(options);
    case "h":
      return measureBacklog(options);
    case "filters":
      return measureFilters(options);
    default:
      return row satisfies never;
  }
}

function shortly(made: Measurement): string {
  if ("evaluationsPerSecond" in made) {
    return Object.entries(made.evaluationsPerSecond)
      .map(([name, rate]) => `${name} ${Math.round(rate)}/s`)
      .join(", ");
  }
  if ("perSecond" in made) return [`${Math.round(made.perSecond)}/s`, ...made.faults].join("; ");
  if ("delivery" in made) return `p99 ${made.delivery.p99Ms.toFixed(1)} ms, floor ${made.floor.p99Ms.toFixed(1)} ms`;
  if ("perEvent" in made) return [`$${made.dollarsPerMillion.total.toFixed(2)} a million`, ...made.faults].join("; ");
  return `${made.operations} operations, ${made.leftMemory ? "out of memory" : "in memory"}`;
}
