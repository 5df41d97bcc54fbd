/**
 * (i) what is billed per event at several rates, and what an idle channel costs, counted by the running system with the
 * couriers that are deployed.
 */
import { setTimeout as wait } from "node:timers/promises";
import { cpuMs } from "../../test/kit/process-figures.ts";
import { channelStats, usageBetween, waitAwake } from "../channel-stats.ts";
import { postSteadily } from "../load/steady.ts";
import { dollarsPerMillion, type Operations } from "../prices.ts";
import type { Cost, Idle, Settings } from "./row.ts";
import { type TriggerPlan, withRouter } from "./with-router.ts";

export const COST_RATES = [10, 100, 1_000] as const;
export const COST_SUBSCRIBERS = [1, 10] as const;

/**
 * Requests that one courier may have in flight: as in `wrangler.toml`, because Cloudflare lets an invocation have six
 * connections. A router of one's own lets it have more, and so needs fewer couriers and calls.
 */
const COURIER_WINDOW = 6;
const AS_DEPLOYED = { SLUICE_COURIER_WINDOW: String(COURIER_WINDOW) };

const WARM_UP = { ratePerSecond: 100, seconds: 2 };
/**
 * Letting go of an event costs as well: alarms, deletions. So the log is kept for three seconds instead of a day, and what
 * is counted goes on until the last event has left it. A deletion held back by a delivery is tried again after as long.
 */
const RETENTION = { "sluice.dev/retention": "PT3S" };
const FORGOTTEN_MS = 8_000;
/**
 * The channel's watchdog has come and found nothing more to do, and the object has left memory, milliseconds. It stays
 * there for about ten seconds after its last call.
 */
const IDLE_AFTER_MS = 20_000;

interface CostPlan {
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
    const seconds = (count.lastMs - (sentMs[0] ?? 0)) / 1000;
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

/**
 * After it has delivered something, so that all that work leaves behind would show. An object out of memory has counted
 * nothing; what the reading finds was counted since it, or an alarm before it, brought the object back.
 */
export function measureIdle(settings: Settings): Promise<Idle> {
  return withRouter({ triggers: [{ matches: "own" }], settings: AS_DEPLOYED }, async ({ router, sink, url }) => {
    await postSteadily({ url, ...WARM_UP });
    await sink.untilArrived(WARM_UP.ratePerSecond * WARM_UP.seconds);
    await wait(IDLE_AFTER_MS + settings.costSeconds * 1000);
    const askedMs = Date.now();
    const { usage } = await channelStats(router);
    const leftMemory = Date.parse(usage.since) >= askedMs;
    const { operate: _, ...requests } = usage.requests;
    // Brought back by this very reading, it did nothing before.
    const before = leftMemory ? 0 : sum(requests) + usage.rowsWritten + usage.alarmsSet + usage.queueMessages;
    return { row: "i", seconds: settings.costSeconds, leftMemory, operations: before };
  });
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
