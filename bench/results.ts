/** The record of a run, kept in `results.json`. */
import type { Machine } from "../test/kit/machine.ts";
import { isSound } from "./figures.ts";
import type { Measurements } from "./rows/row.ts";
import { type Verdict, verdicts } from "./targets.ts";

export interface Results extends Measurements {
  readonly recordedAt: string;
  /** What was measured; records before 30 November 2026 do not say. */
  readonly commit?: string;
  /** The whole run; records before 30 November 2026 have no such figure. */
  readonly tookSeconds?: number;
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

export function resultsOf(
  measured: Measurements,
  about: Pick<Results, "recordedAt" | "commit" | "tookSeconds" | "machine" | "load">,
): Results {
  return { ...about, ...measured, verdicts: verdicts(measured) };
}

/** Without the measurements that do not count, for charts. */
export function soundOnly(results: Results): Results {
  return {
    ...results,
    rates: results.rates.filter(({ faults }) => faults.length === 0),
    latencies: results.latencies.filter(isSound),
    costs: results.costs.filter(({ faults }) => faults.length === 0),
  };
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
