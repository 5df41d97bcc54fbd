/** (h) events that wait in the log, then a Trigger that begins at the earliest: how fast they drain, in how much memory. */
import { apply } from "../../test/kit/apply.ts";
import { nowMs } from "../../test/kit/clock.ts";
import { cpuMs, peakResidentMb } from "../../test/kit/process-figures.ts";
import { channelStats } from "../channel-stats.ts";
import { type Posted, post } from "../load/closed-loop.ts";
import { CONNECTIONS } from "../load/event.ts";
import { trigger } from "../manifests.ts";
import { faultsOf } from "./floors.ts";
import type { Rate, Settings } from "./row.ts";
import { withRouter } from "./with-router.ts";

/** Published in steps of this length until the backlog is there: a load cannot end itself early. */
const STEP_SECONDS = 5;

export function measureBacklog({ tool, backlogEvents }: Settings): Promise<Rate> {
  return withRouter({ triggers: [] }, async ({ router, sink, url, folder }) => {
    let posted = NOTHING_POSTED;
    let stored = 0;
    for (let step = 0; stored < backlogEvents && posted.refused + posted.errors === 0; step++) {
      // Past every id of the steps before: each left at most one post per connection without an answer.
      const firstId = posted.acked + step * CONNECTIONS;
      const events = backlogEvents - stored;
      posted = plus(posted, await post(tool, { url, seconds: STEP_SECONDS, events, firstId, folder }));
      stored = (await channelStats(router)).acceptedSinceWake;
    }
    const annotations = { "sluice.dev/start-from": "earliest" };
    const appliedMs = nowMs();
    const cpuBefore = cpuMs(router.pid);
    await apply(router, trigger({ number: 0, sinkUrl: sink.url, matches: "all", annotations }));
    const count = await sink.untilArrived(stored);
    const faults = [...faultsOf(posted, count.unique)];
    if (count.unique < stored) faults.push(`${stored - count.unique} of the log's ${stored} events did not arrive`);
    return {
      row: "h",
      perSecond: count.unique / ((count.lastMs - appliedMs) / 1000),
      acked: posted.acked,
      arrived: count.unique,
      repeated: count.requests - count.unique,
      cpuMsPerEvent: (cpuMs(router.pid) - cpuBefore) / stored,
      peakRssMb: peakResidentMb(router.pid),
      faults,
    };
  });
}

const NOTHING_POSTED = { acked: 0, refused: 0, errors: 0, startedMs: 0, seconds: 0 };

function plus(posted: Posted, more: Posted): Posted {
  return {
    ...more,
    acked: posted.acked + more.acked,
    refused: posted.refused + more.refused,
    errors: posted.errors + more.errors,
  };
}
