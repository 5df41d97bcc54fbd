/** The objects that a Sequence or a Parallel is made of: an InMemoryChannel and Subscriptions for each channel of its flow. */
import type { Flow, FlowSubscription, Goal } from "../../flows/flow.ts";
import { type Branch, parallelFlow } from "../../flows/parallel.ts";
import { type Step, sequenceFlow } from "../../flows/sequence.ts";
import { IN_MEMORY_CHANNELS, SUBSCRIPTIONS } from "../resource-names.ts";
import { isJsonObject, type JsonObject, listAt, objectAt, withMember } from "../resources/json.ts";
import { nameOf, namespaceOf } from "../resources/metadata.ts";
import { channelAnnotations, subscriptionAnnotations } from "../validation/annotations.ts";
import { templateDelivery } from "../validation/channels/channel-template.ts";
import type { Part } from "./part.ts";

/** Destinations and deliveries as manifests have them. */
export type ManifestFlow = Flow<JsonObject, JsonObject>;

export function sequenceFlowOf(sequence: JsonObject): ManifestFlow {
  const spec = objectAt(sequence, "spec");
  const reply = filledAt(spec, "reply");
  const steps = listAt(spec, "steps").filter(isJsonObject);
  return sequenceFlow({ name: nameOf(sequence), steps: steps.map(stepOf), ...(reply === undefined ? {} : { reply }) });
}

export function parallelFlowOf(parallel: JsonObject): ManifestFlow {
  const spec = objectAt(parallel, "spec");
  const reply = filledAt(spec, "reply");
  const branches = listAt(spec, "branches").filter(isJsonObject);
  return parallelFlow({
    name: nameOf(parallel),
    branches: branches.map(branchOf),
    ...(reply === undefined ? {} : { reply }),
  });
}

function stepOf(step: JsonObject): Step<JsonObject, JsonObject> {
  const delivery = objectAt(step, "delivery");
  const subscriber = withMember(step, "delivery", undefined);
  return delivery === undefined ? { subscriber } : { subscriber, delivery };
}

function branchOf(branch: JsonObject): Branch<JsonObject, JsonObject> {
  const filter = filledAt(branch, "filter");
  const reply = filledAt(branch, "reply");
  const delivery = objectAt(branch, "delivery");
  return {
    subscriber: objectAt(branch, "subscriber") ?? {},
    ...(filter === undefined ? {} : { filter }),
    ...(reply === undefined ? {} : { reply }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

/** Every template makes the same durable channel; only its delivery counts. */
export function flowParts(owner: JsonObject, { channels, subscriptions }: ManifestFlow): readonly Part[] {
  const delivery = templateDelivery(objectAt(owner, "spec"));
  const settings = channelAnnotations(owner);
  return [
    ...channels.map(({ name }, index): Part => {
      const isEntrance = index === 0;
      return {
        resource: IN_MEMORY_CHANNELS,
        name,
        spec: delivery === undefined ? {} : { delivery },
        // Only where the flow begins may be open to everybody.
        annotations: isEntrance ? settings.all : settings.inner,
        ...(isEntrance ? { isEntrance } : {}),
      };
    }),
    ...subscriptions.map(
      (subscription): Part => ({
        resource: SUBSCRIPTIONS,
        name: subscription.name,
        spec: subscriptionSpec(subscription, namespaceOf(owner)),
        annotations: subscriptionAnnotations(owner),
      }),
    ),
  ];
}

/** As Knative refers to a channel. */
export function channelReference(name: string): JsonObject {
  return { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel", name };
}

function subscriptionSpec(subscription: FlowSubscription<JsonObject, JsonObject>, namespace: string): JsonObject {
  const { channel, subscriber, reply, delivery } = subscription;
  return {
    channel: channelReference(channel),
    subscriber: destinationOf(subscriber, namespace),
    ...(reply === undefined ? {} : { reply: destinationOf(reply, namespace) }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

function destinationOf(goal: Goal<JsonObject>, namespace: string): JsonObject {
  switch (goal.kind) {
    case "channel":
      return { ref: { ...channelReference(goal.name), namespace } };
    case "destination":
      return goal.destination;
    default:
      return goal satisfies never;
  }
}

/** An empty object says as little as none, as Knative has it. */
function filledAt(from: JsonObject | undefined, name: string): JsonObject | undefined {
  const object = objectAt(from, name);
  return object === undefined || Object.keys(object).length === 0 ? undefined : object;
}
