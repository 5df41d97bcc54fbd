/**
 * (c) ingest alone, (j) with an access token; (d) one Trigger that matches all; (e) ten and (k) a thousand of which one
 * matches; (f) ten that all match; (l) a Sequence of three steps. A rate goes to the last arrival: what the router has taken and not delivered yet does not count as done.
 */
import { setTimeout as wait } from "node:timers/promises";
import { apply } from "../../test/kit/apply.ts";
import { cpuMs, peakResidentMb } from "../../test/kit/process-figures.ts";
import { channelStats } from "../channel-stats.ts";
import { type Posted, post } from "../load/closed-loop.ts";
import { CONNECTIONS } from "../load/event.ts";
import { trigger } from "../manifests.ts";
import { faultsOf } from "./floors.ts";
import type { Rate, Settings } from "./row.ts";
import { type Measured, type TriggerPlan, withRouter } from "./with-router.ts";

export type ThroughputRow = "c" | "d" | "e" | "f" | "j" | "k" | "l";

/** Posts whose connection is gone are through or lost by then, milliseconds. */
const CUT_OFF_MS = 250;

const others = (count: number, matches: TriggerPlan["matches"]): TriggerPlan[] =>
  Array.from({ length: count }, () => ({ matches }));

interface Plan {
  readonly triggers: readonly TriggerPlan[];
  readonly steps?: number;
  /** Requests at the sink that each event causes. */
  readonly arrivals: number;
  /** A delivery to each of several subscribers counts, or the event once when it has been through all of them. */
  readonly counts: "deliveries" | "events";
}

const PLANS: Readonly<Record<ThroughputRow, Plan>> = {
  c: { triggers: [], arrivals: 0, counts: "events" },
  d: { triggers: [{ matches: "all" }], arrivals: 1, counts: "events" },
  e: { triggers: [...others(9, "other"), { matches: "own" }], arrivals: 1, counts: "events" },
  f: { triggers: others(10, "own"), arrivals: 10, counts: "deliveries" },
  j: { triggers: [], arrivals: 0, counts: "events" },
  k: { triggers: [{ matches: "own" }, ...others(999, "other")], arrivals: 1, counts: "events" },
  l: { triggers: [], steps: 3, arrivals: 3, counts: "events" },
};

export function measureThroughput(row: ThroughputRow, settings: Settings): Promise<Rate> {
  const { arrivals, counts, ...plan } = PLANS[row];
  return withRouter({ ...plan, asksForTokens: row === "j" }, async (measured) => {
    const { router, sink, url, channel, headers, folder } = measured;
    const warmUp = await post(settings.tool, { url, headers, seconds: settings.warmUpSeconds, folder });
    await untilDelivered(measured, 0, arrivals);
    await sink.reset();
    const before = (await channelStats(router, channel)).acceptedSinceWake;
    const cpuBefore = cpuMs(router.pid);
    const firstId = idsOf(warmUp);
    const posted = await post(settings.tool, { url, headers, seconds: settings.seconds, firstId, folder });
    const { stored, count } = await untilDelivered(measured, before, arrivals);
    const cpu = cpuMs(router.pid) - cpuBefore;
    const peakRssMb = peakResidentMb(router.pid);
    const seconds = arrivals === 0 ? posted.seconds : (count.lastMs - posted.startedMs) / 1000;
    const copies = Math.max(1, arrivals);
    const arrived = arrivals === 0 ? await idsInLog(measured, row, stored, firstId) : count.unique;
    const faults = [...faultsOf(posted, arrived, copies)];
    // What the log holds beyond the acknowledged (cut off at the end of the load) must have arrived as well.
    if (arrived < stored * copies) faults.push(`${stored * copies - arrived} of the log's deliveries did not arrive`);
    return {
      row,
      perSecond: (posted.acked * (counts === "deliveries" ? copies : 1)) / seconds,
      acked: posted.acked,
      arrived,
      repeated: count.requests - count.unique,
      cpuMsPerEvent: cpu / posted.acked,
      peakRssMb,
      faults,
    };
  });
}

/** The first id that a load has not used: each connection leaves at most one post without an answer. */
function idsOf({ acked, refused, errors }: Posted): number {
  return acked + refused + errors + CONNECTIONS;
}

/**
 * How many different events are in the log, of those with ids from `firstId`: (c) has no Trigger, so that one reads it now,
 * from its beginning. For (j), whose log is that of (c), what the channel says it stored must do.
 */
async function idsInLog(
  { router, sink }: Measured,
  row: ThroughputRow,
  stored: number,
  firstId: number,
): Promise<number> {
  if (row !== "c") return stored;
  const all = (await channelStats(router)).acceptedSinceWake;
  const annotations = { "sluice.dev/start-from": "earliest" };
  await apply(router, trigger({ number: 0, sinkUrl: sink.url, matches: "all", annotations }));
  await sink.untilArrived(all);
  return (await sink.arrivals()).subarray(firstId).filter((ms) => ms > 0).length;
}

/**
 * Waits for every delivery of what the channel has taken since it had taken `before`. Posts that the end of a load cut off
 * may still be on their way in, so the channel is asked again until nothing more has come.
 */
async function untilDelivered({ router, sink, channel }: Measured, before: number, copies: number) {
  for (let known = -1; ; await wait(CUT_OFF_MS)) {
    const stored = (await channelStats(router, channel)).acceptedSinceWake - before;
    const count = await sink.untilArrived(stored * copies);
    if (stored === known) return { stored, count };
    known = stored;
  }
}
