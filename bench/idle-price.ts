/** What the cron of `wrangler.toml` costs, which goes on when nothing else does. */
import { dollarsPerMillion, NO_OPERATIONS, type Operations } from "./prices.ts";

/** Length of a 30-day month. */
const MONTH_SECONDS = 30 * 86_400;
export const CRON_SECONDS = 300;
export const CRONS_A_MONTH = MONTH_SECONDS / CRON_SECONDS;

/**
 * One run of the cron, however many channels there are: a request to the Worker and one to the control plane, which after
 * the pokes makes a pass. A pass sets its alarm twice: at its beginning, should it die, and at its end, for what is due next.
 */
export const CRON_RUN: Operations = { ...NO_OPERATIONS, workerRequests: 1, objectRequests: 1, rowsWritten: 2 };

/** And for each channel the poke, for which it comes back into memory. */
export const POKE: Operations = { ...NO_OPERATIONS, objectRequests: 1 };

/** One that holds a log sets its alarm when it comes back, for when the oldest events are to be deleted. */
export const POKE_WITH_LOG: Operations = { ...POKE, rowsWritten: 1 };

export function cronDollarsAMonth(operations: Operations): number {
  return (dollarsPerMillion(operations).total * CRONS_A_MONTH) / 1e6;
}
