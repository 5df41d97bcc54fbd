/** The record of a run, kept in `results.json`, and the figures that targets and charts take from it. */
import type { Machine } from "../test/kit/machine.ts";
import { median } from "../test/kit/statistics.ts";
import type { Cost, Evaluations, FilterCase, Idle, LatencyPair, Rate, RowId } from "./rows/row.ts";
import { type Figures, type Verdict, verdicts } from "./targets.ts";

export interface Measurements {
  readonly rates: readonly Rate[];
  readonly latencies: readonly LatencyPair[];
  readonly costs: readonly Cost[];
  readonly idle?: Idle;
  readonly filters?: readonly Evaluations[];
  /** Share of all cores' time that others used, sampled between the rows, while nothing of ours ran. */
  readonly otherWork: readonly number[];
  /** Measurements that could not be made, and why. */
  readonly broken: readonly string[];
}

export interface Results extends Measurements {
  readonly recordedAt: string;
  readonly machine: Machine;
  /** How it was measured. */
  readonly load: {
    readonly tool: string;
    readonly connections: number;
    readonly eventBytes: number;
    readonly seconds: number;
    readonly repeat: number;
  };
  readonly verdicts: readonly Verdict[];
}

export function resultsOf(measured: Measurements, about: Pick<Results, "recordedAt" | "machine" | "load">): Results {
  return { ...about, ...measured, verdicts: verdicts(figuresOf(measured)) };
}

/** Everything that keeps measurements from counting, with the row. */
export function faultsIn({ rates, latencies, costs, broken }: Measurements): readonly string[] {
  return [
    ...broken,
    ...rates.flatMap(({ row, faults }) => faults.map((fault) => `(${row}) ${fault}`)),
    ...latencies.flatMap(({ floor, delivery }) => [...floor.faults, ...delivery.faults].map((fault) => `(g) ${fault}`)),
    ...costs.flatMap(({ faults }) => faults.map((fault) => `(i) ${fault}`)),
  ];
}

/** Median of the measurements that count; undefined where there is none. */
export function medianRate(rates: readonly Rate[], row: RowId): number | undefined {
  return medianOf(ofRow(rates, row).map((rate) => rate.perSecond));
}

export function figuresOf({ rates, latencies, costs, idle, filters = [] }: Measurements): Figures {
  const figures: Record<keyof Figures, number | undefined> = {
    a: medianRate(rates, "a"),
    b: medianRate(rates, "b"),
    c: medianRate(rates, "c"),
    d: medianRate(rates, "d"),
    e: medianRate(rates, "e"),
    f: medianRate(rates, "f"),
    h: medianRate(rates, "h"),
    j: medianRate(rates, "j"),
    k: medianRate(rates, "k"),
    l: medianRate(rates, "l"),
    floorP99Ms: medianOf(sound(latencies).map(({ floor }) => floor.p99Ms)),
    deliveryP99Ms: medianOf(sound(latencies).map(({ delivery }) => delivery.p99Ms)),
    backlogRssMb: medianOf(ofRow(rates, "h").map((rate) => rate.peakRssMb)),
    dollarsWithOneSubscriber: dollarsAt(costs, 1),
    dollarsWithTenSubscribers: dollarsAt(costs, 10),
    idleOperations: idle?.operations,
    exactFilters: evaluations(filters, "exact"),
    cesqlFilters: evaluations(filters, "cesql"),
    matchedByOne: evaluations(filters, "one of one"),
    matchedByThousand: evaluations(filters, "one of a thousand"),
  };
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== undefined));
}

/** A row with a fault fails; only if none of its measurements is sound it has no figure. */
function ofRow(rates: readonly Rate[], row: RowId): readonly Rate[] {
  return rates.filter((rate) => rate.row === row && rate.faults.length === 0);
}

function sound(latencies: readonly LatencyPair[]): readonly LatencyPair[] {
  return latencies.filter(({ floor, delivery }) => floor.faults.length + delivery.faults.length === 0);
}

const COSTS_COMPARED_AT_RATE = 1_000;

function dollarsAt(costs: readonly Cost[], subscribers: number): number | undefined {
  const at = costs.filter((cost) => cost.subscribers === subscribers && cost.ratePerSecond === COSTS_COMPARED_AT_RATE);
  return medianOf(at.filter((cost) => cost.faults.length === 0).map((cost) => cost.dollarsPerMillion.total));
}

function evaluations(filters: readonly Evaluations[], filter: FilterCase): number | undefined {
  return medianOf(filters.map(({ evaluationsPerSecond }) => evaluationsPerSecond[filter]));
}

function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}
