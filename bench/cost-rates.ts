/** The rates that costs are measured at, and which of them were reached: costs at a rate that was not are those of a backlog. */
import type { Cost } from "./rows/row.ts";

export const COST_SUBSCRIBERS = [1, 10] as const;
const LOWER_RATES = [10, 100] as const;
/** What is promised is promised at this rate. */
export const COMPARED_RATE = 1_000;
export const COST_RATES = [...LOWER_RATES, COMPARED_RATE] as const;

/** Of the rate that was asked for, from the first post to the last arrival. */
const REACHED_SHARE = 0.95;

/** Otherwise deliveries went on after the load, in larger batches than at that rate, and so cheaper ones. */
export function isReached({ achievedPerSecond, ratePerSecond, faults }: Cost): boolean {
  return faults.length === 0 && achievedPerSecond >= REACHED_SHARE * ratePerSecond;
}

/** What to try after a rate that was not reached, so that there is a figure for what is: half of it. */
export function rateAfter(cost: Cost): number | undefined {
  const half = Math.floor(cost.ratePerSecond / 2);
  return !isReached(cost) && half > Math.max(...LOWER_RATES) ? half : undefined;
}

/** The highest rate that was reached for so many subscribers. */
export function highestReached(costs: readonly Cost[], subscribers: number): Cost | undefined {
  const reached = costs.filter((cost) => cost.subscribers === subscribers && isReached(cost));
  return reached.sort((one, other) => other.ratePerSecond - one.ratePerSecond)[0];
}
