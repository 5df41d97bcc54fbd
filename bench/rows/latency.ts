/** (g) from the post to the arrival at the sink, beside the time that floor (b) takes to answer at the same rate. */
import { percentile } from "../../test/kit/statistics.ts";
import { withFolder } from "../../test/kit/temporary-folder.ts";
import { postSteadily, type SteadyPosts } from "../load/steady.ts";
import { startFloor } from "../plain-workerd.ts";
import type { Latency, LatencyPair, Settings } from "./row.ts";
import { withRouter } from "./with-router.ts";

const RATE_PER_SECOND = 100;

export async function measureLatency({ seconds, warmUpSeconds }: Settings): Promise<LatencyPair> {
  const floor = await withFolder(async (folder) => {
    const server = await startFloor(folder);
    try {
      const load = { url: `${server.url}/commit`, ratePerSecond: RATE_PER_SECOND };
      await postSteadily({ ...load, seconds: warmUpSeconds });
      const posts = await postSteadily({ ...load, seconds });
      return latencyOf(posts, posts.answeredMs);
    } finally {
      await server.stop();
    }
  });
  const delivery = await withRouter({ triggers: [{ matches: "all" }] }, async ({ sink, url }) => {
    const load = { url, ratePerSecond: RATE_PER_SECOND };
    await postSteadily({ ...load, seconds: warmUpSeconds });
    await sink.untilArrived(warmUpSeconds * RATE_PER_SECOND);
    await sink.reset();
    const posts = await postSteadily({ ...load, seconds });
    await sink.untilArrived(posts.sentMs.length);
    return latencyOf(posts, await sink.arrivals());
  });
  return { row: "g", ratePerSecond: RATE_PER_SECOND, floor, delivery };
}

function latencyOf({ sentMs, answeredMs }: SteadyPosts, endedMs: Float64Array): Latency {
  const acked = [...sentMs.keys()].filter((id) => answeredMs[id] !== 0);
  const ended = acked.filter((id) => (endedMs[id] ?? 0) > 0);
  const took = ended.map((id) => (endedMs[id] ?? 0) - (sentMs[id] ?? 0));
  const faults: string[] = [];
  if (acked.length < sentMs.length) faults.push(`${sentMs.length - acked.length} posts were not accepted`);
  if (ended.length < acked.length) faults.push(`${acked.length - ended.length} events did not arrive`);
  return {
    events: acked.length,
    p50Ms: percentile(took, 50),
    p99Ms: percentile(took, 99),
    maxMs: percentile(took, 100),
    faults,
  };
}
