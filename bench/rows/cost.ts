/** (i) what is billed per event at several rates, counted by the running system with the couriers that are deployed. */
import { cpuMs } from "../../test/kit/process-figures.ts";
import { channelStats, usageBetween, waitAwake } from "../channel-stats.ts";
import { postSteadily } from "../load/steady.ts";
import { dollarsPerMillion, type Operations } from "../prices.ts";
import type { Cost, Settings } from "./row.ts";
import { type TriggerPlan, withRouter } from "./with-router.ts";

/**
 * Requests that one courier may have in flight: as in `wrangler.toml`, because Cloudflare lets an invocation have six
 * connections. A router of one's own lets it have more, and so needs fewer couriers and calls.
 */
const COURIER_WINDOW = 6;
export const AS_DEPLOYED = { SLUICE_COURIER_WINDOW: String(COURIER_WINDOW) };

export const WARM_UP = { ratePerSecond: 100, seconds: 2 };
/**
 * Letting go of an event costs as well: alarms, deletions. So the log is kept for three seconds instead of a day, and what
 * is counted goes on until the last event has left it. A deletion held back by a delivery is tried again after as long.
 */
const RETENTION = { "sluice.dev/retention": "PT3S" };
const FORGOTTEN_MS = 8_000;
export interface CostPlan {
  readonly subscribers: number;
  readonly ratePerSecond: number;
}

export function measureCost({ subscribers, ratePerSecond }: CostPlan, { costSeconds }: Settings): Promise<Cost> {
  const triggers = Array.from({ length: subscribers }, (): TriggerPlan => ({ matches: "own" }));
  const plan = { triggers, annotations: RETENTION, settings: AS_DEPLOYED };
  return withRouter(plan, async ({ router, sink, url }) => {
    await postSteadily({ url, ...WARM_UP });
    await sink.untilArrived(WARM_UP.ratePerSecond * WARM_UP.seconds * subscribers);
    await waitAwake(router, FORGOTTEN_MS);
    await sink.reset();
    const [first, before] = [await channelStats(router), await channelStats(router)];
    const cpuBefore = cpuMs(router.pid);
    const { sentMs, answeredMs } = await postSteadily({ url, ratePerSecond, seconds: costSeconds });
    const acked = answeredMs.filter((ms) => ms > 0).length;
    const count = await sink.untilArrived(acked * subscribers);
    const cpuAfter = cpuMs(router.pid);
    const readings = 1 + (await waitAwake(router, FORGOTTEN_MS));
    const after = await channelStats(router);
    const { requests, ...rows } = usageBetween(before.usage, after.usage);
    // Posting and delivering: one that falls behind the load ends after it.
    const endMs = answeredMs.reduce((last, ms) => Math.max(last, ms), count.lastMs);
    const seconds = (endMs - (sentMs[0] ?? 0)) / 1000;
    const faults: string[] = [];
    if (acked < sentMs.length) faults.push(`${sentMs.length - acked} posts were not accepted`);
    if (count.unique < acked * subscribers) faults.push(`${acked * subscribers - count.unique} did not arrive`);
    const perEvent: Operations = {
      workerRequests: 1,
      cpuMs: (cpuAfter - cpuBefore) / acked,
      objectRequests: sum(requests) / acked,
      // The object is in use all the time: it answers, or holds a courier's call.
      objectSeconds: seconds / acked,
      rowsWritten: rows.rowsWritten / acked,
      // A reading reads rows itself.
      rowsRead: Math.max(0, rows.rowsRead - readings * usageBetween(first.usage, before.usage).rowsRead) / acked,
      queueMessages: rows.queueMessages / acked,
    };
    return {
      row: "i",
      subscribers,
      ratePerSecond,
      courierWindow: COURIER_WINDOW,
      achievedPerSecond: acked / seconds,
      events: acked,
      perEvent,
      requestsPerEvent: Object.fromEntries(Object.entries(requests).map(([kind, n]) => [kind, n / acked])),
      dollarsPerMillion: dollarsPerMillion(perEvent),
      faults,
    };
  });
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
