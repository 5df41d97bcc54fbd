/** How the deliveries of a channel ended, once all have. */
import type { SubscriptionStats } from "../flow.ts";
import type { FlowNamespace } from "../flow-namespace.ts";

/**
 * Resolves with the counters of each Subscription that are not zero, once that many deliveries have ended and none is left
 * to make, to try again or to dead-letter: what has not come to a subscriber by then never will. `path` is such as `channels/c`.
 */
export async function channelCounters(space: FlowNamespace, path: string, ended: number) {
  let subscriptions: readonly SubscriptionStats[] = [];
  await space.until(async () => {
    subscriptions = await space.subscriptionStats(path);
    const isOver = subscriptions.every(({ behind, inFlight, retrying }) => behind + inFlight + retrying === 0);
    return isOver && sum(subscriptions.map(({ counters }) => endsOf(counters))) === ended;
  }, `${path} does not end its ${ended} deliveries`);
  const counted = subscriptions.map(({ name, counters }) => {
    return [name, Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0))] as const;
  });
  return Object.fromEntries(counted);
}

function endsOf({ delivered = 0, deadLettered = 0, parked = 0 }: Readonly<Record<string, number>>): number {
  return delivered + deadLettered + parked;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
