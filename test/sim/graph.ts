/**
 * The channels of a run and who hands events to whom, as data:
 *
 *   a ──type c──▶ b        a subscription of a is the channel b, one of b is a again: hops end the loop
 *   a ──replies──▶ a       replies go back to their own channel
 *   b ──dead letters──▶ a  the dead letter sink of a subscription of b is the channel a
 *   f0 ──replies──▶ f2     in some runs, channels of a flow: chains, trees and loops, as chance has it
 */
import type { SeededRandom } from "../kit/seeded-random.ts";

/** Where something goes: to an address of its own, to the channel of that index, or to a given address. */
export type Goal = "address" | { readonly channel: number } | { readonly url: string };

export type Replying = "anew" | "alike";

export interface SubscriptionPlan {
  readonly name: string;
  readonly type: "a" | "b" | "c" | undefined;
  readonly subscriber: Goal;
  readonly deadLetters?: Goal;
  /** Where replies go; else to the channel itself, if it is a broker. */
  readonly replyTo?: Goal;
  readonly isOrdered?: boolean;
  /** Its subscriber answers some events with another: anew for each request, or alike however often it gets an event. */
  readonly replies?: Replying;
  readonly maxConcurrency?: number;
  readonly ratePerSecond?: number;
}

export interface ChannelPlan {
  readonly kind: "broker" | "channel";
  readonly name: string;
  /** Within a flow: gets its events from there alone. */
  readonly isInner?: boolean;
  readonly subscriptions: readonly SubscriptionPlan[];
}

const [TO_A, TO_B] = [{ channel: 0 }, { channel: 1 }];

/** What each channel has beside its hand-over, in some runs. */
const EXTRAS: readonly SubscriptionPlan[] = [
  { name: "plain", type: undefined, subscriber: "address" },
  { name: "ordered", type: undefined, subscriber: "address", isOrdered: true, deadLetters: "address" },
  { name: "replying", type: "a", subscriber: "address", replies: "anew" },
  { name: "narrow", type: "b", subscriber: "address", maxConcurrency: 2, deadLetters: "address" },
  { name: "rated", type: "b", subscriber: "address", ratePerSecond: 20 },
  { name: "keyed", type: "a", subscriber: "address", isOrdered: true, replies: "anew" },
  { name: "passing", type: "b", subscriber: "address", replies: "anew", replyTo: "address", deadLetters: "address" },
];

export function drawGraph(random: SeededRandom): readonly ChannelPlan[] {
  return [...drawPair(random), ...drawFlow(random)];
}

/** Subscribers of a flow's channels answer most events with another, which goes anywhere. */
function drawFlow(random: SeededRandom): ChannelPlan[] {
  const count = random.pick([0, 0, 1, 2, 3]);
  const anywhere = (): Goal => {
    const channel = random.below(2 + count + 1);
    return channel === 2 + count ? "address" : { channel };
  };
  const step = (name: string, index: number): SubscriptionPlan => ({
    name,
    type: name === "step" ? undefined : random.pick(["a", "b", "c"] as const),
    subscriber: random.perMille(850) ? "address" : { channel: 2 + ((index + 1) % count) },
    replies: "anew",
    isOrdered: random.perMille(300),
    ...(random.perMille(900) ? { replyTo: anywhere() } : {}),
    ...(random.perMille(400) ? { deadLetters: anywhere() } : {}),
  });
  return Array.from({ length: count }, (_, index) => {
    const branches = random.perMille(300) ? [step("branch", index)] : [];
    return { kind: "channel", name: `f${index}`, subscriptions: [step("step", index), ...branches] };
  });
}

/** Two channels that hand events to each other. */
function drawPair(random: SeededRandom): ChannelPlan[] {
  const extras = (count: number): SubscriptionPlan[] => {
    const left = [...EXTRAS];
    return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)).flat();
  };
  return [
    {
      kind: "broker",
      name: "a",
      subscriptions: [{ name: "to-b", type: "c", subscriber: TO_B, isOrdered: random.perMille(300) }, ...extras(2)],
    },
    {
      kind: random.pick(["broker", "channel"] as const),
      name: "b",
      subscriptions: [
        { name: "to-a", type: "c", subscriber: TO_A },
        { name: "dying", type: "a", subscriber: "address", deadLetters: TO_A },
        ...extras(random.between(0, 1)),
      ],
    },
  ];
}
