/**
 * A Parallel is one channel that every branch subscribes to, and a channel for each branch:
 *
 *   ingress channel ─┬▶ filter 0 ─answer─▶ channel 0 ─▶ subscriber 0 ─answer─▶ reply 0, the reply of all, or nowhere
 *                    ├▶ filter 1 ─answer─▶ channel 1 ─▶ …
 *                    └────────────────────▶ channel 2 ─▶ …            (a branch without a filter)
 *
 * A filter is a function: the event that it answers, which it may have changed, is what the branch gets; without one the branch
 * gets nothing. Each event goes to all branches, and what fails in one holds up no other. A branch's delivery is that of its
 * subscriber; its filter is delivered to as the channel says.
 */
import { channelGoal, destinationGoal, type Flow, type FlowSubscription } from "./flow.ts";

export interface Branches<Destination, Delivery> {
  readonly name: string;
  readonly branches: readonly Branch<Destination, Delivery>[];
  /** For branches without a reply of their own. */
  readonly reply?: Destination;
}

export interface Branch<Destination, Delivery> {
  readonly filter?: Destination;
  readonly subscriber: Destination;
  readonly reply?: Destination;
  readonly delivery?: Delivery;
}

export function parallelFlow<Destination, Delivery>(
  parallel: Branches<Destination, Delivery>,
): Flow<Destination, Delivery> {
  const { name, branches, reply } = parallel;
  const ingress = `${name}-kn-parallel`;
  return {
    channels: [{ name: ingress }, ...branches.map((_, index) => ({ name: branchName(name, index) }))],
    subscriptions: branches.flatMap((branch, index) => {
      const channel = branchName(name, index);
      return [
        filterOf(branch, { ingress, channel, name: filterName(name, index) }),
        subscriberOf(branch, channel, reply),
      ];
    }),
  };
}

/** The channel of a branch and the subscription on it have the same name. */
export function branchName(parallel: string, index: number): string {
  return `${parallel}-kn-parallel-${index}`;
}

/** The subscription of a branch on the ingress channel. */
export function filterName(parallel: string, index: number): string {
  return `${parallel}-kn-parallel-filter-${index}`;
}

function filterOf<Destination, Delivery>(
  { filter }: Branch<Destination, Delivery>,
  names: { readonly ingress: string; readonly channel: string; readonly name: string },
): FlowSubscription<Destination, Delivery> {
  const branch = channelGoal(names.channel);
  const common = { name: names.name, channel: names.ingress };
  if (filter === undefined) return { ...common, subscriber: branch };
  return { ...common, subscriber: destinationGoal(filter), reply: branch };
}

function subscriberOf<Destination, Delivery>(
  branch: Branch<Destination, Delivery>,
  channel: string,
  replyOfAll: Destination | undefined,
): FlowSubscription<Destination, Delivery> {
  const reply = branch.reply ?? replyOfAll;
  return {
    name: channel,
    channel,
    subscriber: destinationGoal(branch.subscriber),
    ...(reply === undefined ? {} : { reply: destinationGoal(reply) }),
    ...(branch.delivery === undefined ? {} : { delivery: branch.delivery }),
  };
}
