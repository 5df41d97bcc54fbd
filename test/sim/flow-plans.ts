/** The channels of a tree of flows: what the product makes of each Sequence and Parallel, and the Broker before them. */
import type { Flow, Goal as FlowGoal, FlowSubscription } from "../../src/flows/flow.ts";
import { parallelFlow } from "../../src/flows/parallel.ts";
import { sequenceFlow } from "../../src/flows/sequence.ts";
import {
  type Branch,
  type Destination,
  type FlowTree,
  flowsIn,
  type SomeFlow,
  type Step,
  type Trigger,
} from "./flow-tree.ts";
import type { ChannelPlan, Goal, SubscriptionPlan } from "./graph.ts";

/** The delivery of a step is its dead letter sink. */
type Compiled = Flow<Destination, string>;
type GoalOf = (goal: FlowGoal<Destination>) => Goal;

const BROKER = "before";

export function plansOf({ flow, triggers }: FlowTree): readonly ChannelPlan[] {
  const flows = flowsIn(flow).map((each) => ({ flow: each, compiled: compiled(each) }));
  const brokers = triggers.length > 0 ? [BROKER] : [];
  const names = [...brokers, ...flows.flatMap(({ compiled }) => compiled.channels.map(({ name }) => name))];
  const goalOf: GoalOf = (goal) => goalAmong(names, goal);
  return [
    ...brokers.map((name) => ({ kind: "broker" as const, name, subscriptions: triggers.map(triggerPlan(goalOf)) })),
    ...flows.flatMap(({ flow, compiled }) => channelPlans(flow, compiled, goalOf)),
  ];
}

function compiled(flow: SomeFlow): Compiled {
  const { name } = flow;
  const reply = flow.reply === undefined ? {} : { reply: flow.reply };
  switch (flow.kind) {
    case "sequence":
      return sequenceFlow<Destination, string>({ name, steps: flow.steps.map(written), ...reply });
    case "parallel":
      return parallelFlow<Destination, string>({ name, branches: flow.branches.map(written), ...reply });
    default:
      return flow satisfies never;
  }
}

function written<Written extends Step | Branch>({ deadLetters, ...step }: Written) {
  return deadLetters === undefined ? step : { ...step, delivery: deadLetters };
}

function goalAmong(names: readonly string[], goal: FlowGoal<Destination>): Goal {
  if (goal.kind === "channel") return { channel: names.indexOf(goal.name) };
  const { destination } = goal;
  switch (destination.kind) {
    case "url":
      return { url: destination.url };
    case "broker":
      return { channel: names.indexOf(BROKER) };
    case "sequence":
    case "parallel":
      return { channel: names.indexOf(compiled(destination).channels[0].name) };
    default:
      return destination satisfies never;
  }
}

function channelPlans({ isOrdered }: SomeFlow, { channels, subscriptions }: Compiled, goalOf: GoalOf): ChannelPlan[] {
  return channels.map(({ name }, index) => ({
    kind: "channel",
    name,
    isInner: index > 0,
    subscriptions: subscriptions
      .filter(({ channel }) => channel === name)
      .map((each) => ({ ...subscriptionPlan(each, goalOf), isOrdered })),
  }));
}

function subscriptionPlan(
  { name, subscriber, reply, delivery }: FlowSubscription<Destination, string>,
  goalOf: GoalOf,
): SubscriptionPlan {
  return {
    name,
    type: undefined,
    subscriber: goalOf(subscriber),
    replies: "alike",
    ...(reply === undefined ? {} : { replyTo: goalOf(reply) }),
    ...(delivery === undefined ? {} : { deadLetters: { url: delivery } }),
  };
}

function triggerPlan(goalOf: GoalOf): (trigger: Trigger, index: number) => SubscriptionPlan {
  return ({ type, subscriber, deadLetters }, index) => ({
    name: `trigger${index}`,
    type,
    subscriber: goalOf({ kind: "destination", destination: subscriber }),
    ...(deadLetters === undefined ? {} : { deadLetters: { url: deadLetters } }),
  });
}
