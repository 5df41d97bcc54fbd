/** The statuses of Sequences and Parallels: those of the channels and Subscriptions that they are made of, summed up. */
import assert from "../../core/assert.ts";
import { branchName, filterName } from "../../flows/parallel.ts";
import {
  IN_MEMORY_CHANNELS,
  PARALLELS,
  qualified,
  type ResourceName,
  SEQUENCES,
  SUBSCRIPTIONS,
} from "../resource-names.ts";
import { type JsonObject, listAt, objectAt } from "../resources/json.ts";
import { generationOf, nameOf, namespaceOf } from "../resources/metadata.ts";
import { eventPoliciesCondition, OIDC_DISABLED } from "./channel-conditions.ts";
import { placeOf } from "./channel-place.ts";
import type { CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, readyOf, summarize, writtenReady } from "./conditions.ts";
import type { Part } from "./part.ts";
import { partProblem } from "./part-problem.ts";

export function compileSequence(sequence: JsonObject, context: CompileContext): Compiled {
  const parts = context.partsOf(SEQUENCES, sequence) ?? [];
  const statuses = (resource: ResourceName, member: string) =>
    of(parts, resource).map(({ name }) => partStatus(resource, name, { owner: sequence, member, context }));
  return {
    status: {
      ...flowStatus(SEQUENCES, sequence, context),
      channelStatuses: statuses(IN_MEMORY_CHANNELS, "channel"),
      subscriptionStatuses: statuses(SUBSCRIPTIONS, "subscription"),
    },
  };
}

export function compileParallel(parallel: JsonObject, context: CompileContext): Compiled {
  const [ingress] = of(context.partsOf(PARALLELS, parallel) ?? [], IN_MEMORY_CHANNELS);
  assert(ingress !== undefined, "a Parallel begins with a channel");
  const channel = (name: string) =>
    partStatus(IN_MEMORY_CHANNELS, name, { owner: parallel, member: "channel", context });
  const subscription = (name: string) =>
    partStatus(SUBSCRIPTIONS, name, { owner: parallel, member: "subscription", context });
  const name = nameOf(parallel);
  return {
    status: {
      ...flowStatus(PARALLELS, parallel, context),
      ingressChannelStatus: channel(ingress.name),
      branchStatuses: listAt(parallel, "spec", "branches").map((_, index) => ({
        filterChannelStatus: channel(branchName(name, index)),
        filterSubscriptionStatus: subscription(filterName(name, index)),
        subscriberSubscriptionStatus: subscription(branchName(name, index)),
      })),
    },
  };
}

function flowStatus(resource: ResourceName, flow: JsonObject, context: CompileContext): JsonObject {
  const place = placeOf(resource, flow, context);
  assert(place !== undefined, "a flow has an address");
  const parts = context.partsOf(resource, flow) ?? [];
  const conditions = [
    partsCondition("ChannelsReady", { owner: flow, parts: of(parts, IN_MEMORY_CHANNELS) }, context),
    partsCondition("SubscriptionsReady", { owner: flow, parts: of(parts, SUBSCRIPTIONS) }, context),
    isTrue("Addressable"),
    eventPoliciesCondition("flow"),
    OIDC_DISABLED,
  ];
  return {
    observedGeneration: generationOf(flow),
    conditions: summarize(conditions, { status: objectAt(flow, "status"), now: context.now }),
    address: place.address,
    addresses: [place.address],
  };
}

/** The first part that is not ready says why. */
function partsCondition(
  type: "ChannelsReady" | "SubscriptionsReady",
  whose: { readonly owner: JsonObject; readonly parts: readonly Part[] },
  context: CompileContext,
): Condition {
  const problem = partProblem(type, whose, context);
  if (problem !== undefined) return problem;
  const states = whose.parts.map(({ resource, name }) => ({
    name,
    ready: readyOf(context.statusOf(resource, namespaceOf(whose.owner), name)),
  }));
  const failed = states.find(({ ready }) => ready?.status === "False");
  const waiting = states.find(({ ready }) => ready?.status !== "True");
  const reason = type === "ChannelsReady" ? "ChannelsNotReady" : "SubscriptionsNotReady";
  if (failed !== undefined) return isFalse(type, reason, told(failed));
  return waiting === undefined ? isTrue(type) : isUnknown(type, reason, told(waiting));
}

function told({ name, ready }: { readonly name: string; readonly ready: Condition | undefined }): string {
  return `${name}: ${ready?.message ?? "it has not yet been reconciled"}`;
}

function of(parts: readonly Part[], resource: ResourceName): readonly Part[] {
  return parts.filter((part) => qualified(part.resource) === qualified(resource));
}

/** `{ channel | subscription: what is meant, ready: its condition }` */
function partStatus(
  resource: ResourceName,
  name: string,
  whose: { readonly owner: JsonObject; readonly member: string; readonly context: CompileContext },
): JsonObject {
  const { owner, member, context } = whose;
  return {
    [member]: {
      apiVersion: "messaging.knative.dev/v1",
      kind: member === "channel" ? "InMemoryChannel" : "Subscription",
      name,
      namespace: namespaceOf(owner),
    },
    ready: writtenReady(context.statusOf(resource, namespaceOf(owner), name)) ?? { type: "Ready", status: "Unknown" },
  };
}
