/**
 * (i) whether a channel with nothing to do, or the control plane beside it, does anything that is billed. Counters would not
 * tell: an object that leaves memory forgets its own, and reading them wakes it.
 */
import { postSteadily } from "../load/steady.ts";
import { untilAsleep, watchObjects } from "../stored-objects.ts";
import { AS_DEPLOYED, WARM_UP } from "./cost.ts";
import type { AtRest, Settings } from "./row.ts";
import { withRouter } from "./with-router.ts";

/**
 * After its last delivery the channel's watchdog comes once more, after 5 s, and its object stays in memory for some ten
 * seconds. One that is still there after this is looked on as it is, and counts, milliseconds.
 */
const LONGEST_AWAKE_MS = 60_000;

/** After it has delivered something, so that all that work leaves behind would show. */
export function measureIdle({ costSeconds }: Settings): Promise<AtRest> {
  return withRouter({ triggers: [{ matches: "own" }], settings: AS_DEPLOYED }, async ({ sink, url, folder }) => {
    await postSteadily({ url, ...WARM_UP });
    await sink.untilArrived(WARM_UP.ratePerSecond * WARM_UP.seconds);
    await untilAsleep(folder, LONGEST_AWAKE_MS);
    return { row: "i", seconds: costSeconds, ...(await watchObjects(folder, costSeconds * 1000)) };
  });
}
