/**
 * What a Sequence or a Parallel is made of: channels, and subscriptions that take events from one of them to a subscriber and
 * its answer to the next. Whatever a destination or a delivery is stays with the caller: nothing here looks into them.
 */
export interface Flow<Destination, Delivery> {
  /** The first is where the flow takes events. */
  readonly channels: readonly [FlowChannel, ...FlowChannel[]];
  readonly subscriptions: readonly FlowSubscription<Destination, Delivery>[];
}

export interface FlowChannel {
  readonly name: string;
}

export interface FlowSubscription<Destination, Delivery> {
  readonly name: string;
  /** The name of the channel whose events it delivers. */
  readonly channel: string;
  readonly subscriber: Goal<Destination>;
  /** Absent where an answer is dropped. */
  readonly reply?: Goal<Destination>;
  /** Absent where the channel's own holds. */
  readonly delivery?: Delivery;
}

export type Goal<Destination> =
  | { readonly kind: "channel"; readonly name: string }
  | { readonly kind: "destination"; readonly destination: Destination };

export function channelGoal(name: string): Goal<never> {
  return { kind: "channel", name };
}

export function destinationGoal<Destination>(destination: Destination): Goal<Destination> {
  return { kind: "destination", destination };
}
