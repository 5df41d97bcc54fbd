/**
 * A Sequence is a chain of channels, each with one subscription:
 *
 *   channel 0 ─▶ step 0 ─answer─▶ channel 1 ─▶ step 1 ─answer─▶ … ─▶ last step ─answer─▶ reply, or nowhere
 *
 * A step that answers without an event ends the flow. Each step is tried again, and fails, by its own delivery.
 */
import { channelGoal, destinationGoal, type Flow, type FlowChannel, type FlowSubscription, type Goal } from "./flow.ts";

export interface Steps<Destination, Delivery> {
  readonly name: string;
  /** At least one. */
  readonly steps: readonly Step<Destination, Delivery>[];
  /** Where the answer of the last step goes. */
  readonly reply?: Destination;
}

export interface Step<Destination, Delivery> {
  readonly subscriber: Destination;
  readonly delivery?: Delivery;
}

export function sequenceFlow<Destination, Delivery>(
  sequence: Steps<Destination, Delivery>,
): Flow<Destination, Delivery> {
  const { name, steps, reply } = sequence;
  const channelAt = (index: number): FlowChannel => ({ name: partName(name, index) });
  const [, ...others] = steps.map((_, index) => channelAt(index));
  const subscriptions = steps.map(({ subscriber, delivery }, index): FlowSubscription<Destination, Delivery> => {
    const next = answerGoal(index + 1 < steps.length ? channelAt(index + 1) : undefined, reply);
    return {
      name: partName(name, index),
      channel: channelAt(index).name,
      subscriber: destinationGoal(subscriber),
      ...(next === undefined ? {} : { reply: next }),
      ...(delivery === undefined ? {} : { delivery }),
    };
  });
  return { channels: [channelAt(0), ...others], subscriptions };
}

/** The channel of a step and the subscription on it have the same name, which is Knative's. */
function partName(sequence: string, index: number): string {
  return `${sequence}-kn-sequence-${index}`;
}

function answerGoal<Destination>(
  next: FlowChannel | undefined,
  reply: Destination | undefined,
): Goal<Destination> | undefined {
  if (next !== undefined) return channelGoal(next.name);
  return reply === undefined ? undefined : destinationGoal(reply);
}
