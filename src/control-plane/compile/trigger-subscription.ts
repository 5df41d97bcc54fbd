/**
 * What one Trigger is on its Broker's channel. Used twice, for the channel's configuration and for the Trigger's status,
 * so that both always say the same.
 *
 * A Trigger that cannot deliver (unresolvable subscriber, a filter that cannot be used) is *paused*, never left out:
 * leaving it out would tell the channel to discard what waits for it.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { checkFilter, type FilterProblem } from "../../core/filters/filter.ts";
import { type JsonObject, objectAt, textAt } from "../resources/json.ts";
import { nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { subscriptionSettings } from "../validation/annotations.ts";
import { awaitedChannel } from "./awaited-channel.ts";
import type { CompileContext } from "./compile-context.ts";
import { inheritedDelivery } from "./inherited-delivery.ts";
import { NOWHERE, type Resolution, resolveDestination, targetOf } from "./resolve-destination.ts";
import { triggerFilter } from "./trigger-filter.ts";

export interface TriggerSubscription {
  readonly subscription: SubscriptionConfiguration;
  readonly subscriber: Resolution;
  /** Absent when neither Trigger nor Broker has a dead letter sink. */
  readonly deadLetterSink: Resolution | undefined;
  /** A channel that it leads to and that is not configured yet. */
  readonly awaits: ChannelName | undefined;
  /** Absent when the filter can be used. */
  readonly filterProblem: FilterProblem | undefined;
}

/** Empty when the reference is to something that is no Broker. */
export function brokerNameOf(trigger: JsonObject): string {
  const name = textAt(trigger, "spec", "broker") ?? "";
  const reference = objectAt(trigger, "spec", "brokerRef");
  if (name !== "" || textAt(reference, "kind") !== "Broker") return name;
  return textAt(reference, "name") ?? "";
}

/** Planned once in each context: a context is one state of the namespace, and in it a Trigger has one Broker. */
export function triggerSubscription(
  trigger: JsonObject,
  broker: JsonObject,
  context: CompileContext,
): TriggerSubscription {
  const plans = PLANS.get(context) ?? new Map<JsonObject, TriggerSubscription>();
  PLANS.set(context, plans);
  const planned = plans.get(trigger) ?? plan(trigger, broker, context);
  plans.set(trigger, planned);
  return planned;
}

const PLANS = new WeakMap<CompileContext, Map<JsonObject, TriggerSubscription>>();

function plan(trigger: JsonObject, broker: JsonObject, context: CompileContext): TriggerSubscription {
  const namespace = namespaceOf(trigger);
  const subscriber = resolveDestination(objectAt(trigger, "spec", "subscriber"), namespace, context);
  const own = objectAt(trigger, "spec", "delivery");
  const { delivery, deadLetterSink } = inheritedDelivery(own, { from: broker, namespace }, context);
  const filter = triggerFilter(trigger);
  const filterProblem = checkFilter(filter);
  const awaits = awaitedChannel([subscriber, deadLetterSink], context);
  const paused = subscriber.kind === "unresolved" || awaits !== undefined || filterProblem !== undefined;
  const subscription: SubscriptionConfiguration = {
    uid: uidOf(trigger),
    namespace,
    name: nameOf(trigger),
    filter,
    subscriber: targetOf(subscriber) ?? NOWHERE,
    reply: { kind: "channel-itself" },
    delivery,
    ...subscriptionSettings(trigger),
    ...(paused ? { paused } : {}),
  };
  return { subscription, subscriber, deadLetterSink, awaits, filterProblem };
}
