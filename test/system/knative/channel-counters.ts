/** How the deliveries of a channel ended, once all have. */
import type { SubscriptionStats } from "../flow.ts";
import type { FlowNamespace } from "../flow-namespace.ts";
import type { Router } from "../harness.ts";

interface Channel {
  readonly router: Router;
  readonly namespace: string;
  /** Such as `channels/c`, or `brokers/b`. */
  readonly path: string;
}

/**
 * Resolves with the counters of each Subscription that are not zero, once that many deliveries have ended and none is left
 * to make, to try again or to dead-letter: what has not come to a subscriber by then never will.
 */
export async function channelCounters(space: FlowNamespace, channel: Channel, ended: number) {
  let subscriptions: readonly SubscriptionStats[] = [];
  await space.until(async () => {
    subscriptions = await statsOf(channel);
    const isOver = subscriptions.every(({ behind, inFlight, retrying }) => behind + inFlight + retrying === 0);
    return isOver && sum(subscriptions.map(({ counters }) => endsOf(counters))) === ended;
  }, `${channel.path} does not end its ${ended} deliveries`);
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

async function statsOf({ router, namespace, path }: Channel): Promise<readonly SubscriptionStats[]> {
  const url = `${router.url}/apis/sluice.dev/v1alpha1/namespaces/${namespace}/${path}/stats`;
  const answer = await fetch(url);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}: ${text}`);
  return JSON.parse(text).subscriptions;
}
