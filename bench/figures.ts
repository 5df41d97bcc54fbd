/**
 * The figures that targets, tables and charts take from measurements. Rates of different times do not compare on a machine
 * whose speed changes, those of one round do: a ratio is taken within each round, and what counts is the median of these.
 */
import { median } from "../test/kit/statistics.ts";
import type { LatencyPair, Rate, RowId } from "./rows/row.ts";

export interface Ratio {
  /** Median of `each`. */
  readonly value: number;
  /** Of each round in which both sides count. */
  readonly each: readonly number[];
  /** Medians of both sides over these rounds. */
  readonly of: readonly [value: number, to: number];
}

/** Undefined where no round has both. */
export function ratioOfRows(rates: readonly Rate[], row: RowId, to: RowId): Ratio | undefined {
  const [values, bases] = [byRound(rates, row), byRound(rates, to)];
  return ratioOf([...values].map(([round, value]) => [value, bases.get(round)] as const));
}

/** Of the 99th percentiles of each pair. */
export function latencyRatio(latencies: readonly LatencyPair[]): Ratio | undefined {
  return ratioOf(latencies.filter(isSound).map(({ floor, delivery }) => [delivery.p99Ms, floor.p99Ms] as const));
}

export function ratioOf(pairs: readonly (readonly [value: number, to: number | undefined])[]): Ratio | undefined {
  const whole = pairs.flatMap(([value, to]) => (to === undefined ? [] : [[value, to] as const]));
  if (whole.length === 0) return undefined;
  const each = whole.map(([value, to]) => value / to);
  return { value: median(each), each, of: [median(whole.map(([value]) => value)), median(whole.map(([, to]) => to))] };
}

/** Median of the measurements that count; undefined where there is none. */
export function medianRate(rates: readonly Rate[], row: RowId): number | undefined {
  return medianOf([...byRound(rates, row).values()]);
}

export function medianOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values);
}

/** A row with a fault fails; only if none of its measurements is sound it has no figure. */
export function soundRates(rates: readonly Rate[], row: RowId): readonly Rate[] {
  return rates.filter((rate) => rate.row === row && rate.faults.length === 0);
}

function byRound(rates: readonly Rate[], row: RowId): ReadonlyMap<number, number> {
  const ofRow = rates.filter((rate) => rate.row === row);
  const numbered = ofRow.map((rate, index) => ({ ...rate, round: rate.round ?? index + 1 }));
  return new Map(soundRates(numbered, row).map(({ round = 0, perSecond }) => [round, perSecond]));
}

export function isSound({ floor, delivery }: LatencyPair): boolean {
  return floor.faults.length + delivery.faults.length === 0;
}
