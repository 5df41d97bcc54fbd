/** Runs the rows, one after another and then again: what slows the machine for a while slows floors and rows alike. */
import { busyShare } from "../test/kit/process-figures.ts";
import { COST_RATES, COST_SUBSCRIBERS, rateAfter } from "./cost-rates.ts";
import type { Options } from "./options.ts";
import { measureBacklog } from "./rows/backlog.ts";
import { type CostPlan, measureCost } from "./rows/cost.ts";
import { measureFilters } from "./rows/filters.ts";
import { measureFloor } from "./rows/floors.ts";
import { measureIdle } from "./rows/idle.ts";
import { measureLatency } from "./rows/latency.ts";
import type { AtRest, Cost, Evaluations, LatencyPair, Measurements, Rate, RowId } from "./rows/row.ts";
import { measureThroughput } from "./rows/throughput.ts";

type TimedRow = Exclude<RowId, "i">;
type Measurement = Rate | LatencyPair | Cost | AtRest | Evaluations;

/** One measurement: what to say of it, and how to make it. */
interface Step {
  readonly name: string;
  make(): Promise<Measurement>;
  /** What its result makes worth measuring, next. */
  after?(measurement: Measurement): Step | undefined;
}

/** Long enough to see what else runs. */
const SAMPLE_MS = 500;

export async function measureAll(options: Options, progress: (line: string) => void): Promise<Measurements> {
  const made: Measurement[] = [];
  const otherWork: number[] = [];
  const broken: string[] = [];
  const steps = [...stepsOf(options)];
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const { name, make, after } = step;
    otherWork.push(await busyShare(SAMPLE_MS));
    try {
      const measurement = await make();
      made.push(measurement);
      progress(`${name} ${shortly(measurement)}`);
      const next = after?.(measurement);
      if (next !== undefined) steps.unshift(next);
    } catch (error) {
      // The others still count, and the fault is in the record.
      broken.push(`${name} ${error instanceof Error ? error.message : String(error)}`);
      progress(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  const filters = made.filter((each): each is Evaluations => "evaluationsPerSecond" in each);
  const atRest = made.find((each): each is AtRest => "awake" in each);
  return {
    rates: made.filter((each): each is Rate => "perSecond" in each),
    latencies: made.filter((each): each is LatencyPair => "delivery" in each),
    costs: made.filter((each): each is Cost => "perEvent" in each),
    ...(atRest === undefined ? {} : { atRest }),
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
      .map((row) => ({ name: `${round}/${options.repeat} (${row})`, make: () => measureIn(round, row, options) })),
  );
  return options.rows.includes("i") ? [...timed, ...costSteps(options)] : timed;
}

function costSteps(options: Options): readonly Step[] {
  const plans = COST_SUBSCRIBERS.flatMap((subscribers) =>
    COST_RATES.map((ratePerSecond) => ({ subscribers, ratePerSecond })),
  );
  const steps = plans.map((plan) => costStep(plan, options));
  return [...steps, { name: "(i) idle:", make: () => measureIdle(options) }];
}

/** Where the rate is not reached, a lower one is tried. */
function costStep(plan: CostPlan, options: Options): Step {
  return {
    name: `(i) ${plan.ratePerSecond}/s to ${plan.subscribers}:`,
    make: () => measureCost(plan, options),
    after: (measurement) => {
      const ratePerSecond = "perEvent" in measurement ? rateAfter(measurement) : undefined;
      return ratePerSecond === undefined ? undefined : costStep({ ...plan, ratePerSecond }, options);
    },
  };
}

async function measureIn(round: number, row: TimedRow, options: Options): Promise<Measurement> {
  const measurement = await measure(row, options);
  return "perSecond" in measurement ? { ...measurement, round } : measurement;
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
  if ("perEvent" in made) {
    const { dollarsPerMillion, achievedPerSecond, faults } = made;
    return [`$${dollarsPerMillion.total.toFixed(2)} a million, at ${achievedPerSecond.toFixed(0)}/s`, ...faults].join(
      "; ",
    );
  }
  return `of ${made.objects} objects ${made.awake} were in memory, ${made.changed} databases changed`;
}
