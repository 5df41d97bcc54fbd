/** The status of a Trigger; its subscription is part of its Broker's channel (`compile-broker.ts`). */
import { parseChannelName } from "../../core/channel-name.ts";
import { BROKERS } from "../resource-names.ts";
import { type Json, type JsonObject, objectAt } from "../resources/json.ts";
import { generationOf, namespaceOf } from "../resources/metadata.ts";
import { awaitedMessage } from "./awaited-channel.ts";
import { deadLetterCondition, notAcknowledged, OIDC_DISABLED } from "./channel-conditions.ts";
import type { Acknowledgement, CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, propagated, readyOf, summarize } from "./conditions.ts";
import { subscriptionHash } from "./configuration-hash.ts";
import { dependencyCondition } from "./trigger-dependency.ts";
import { brokerNameOf, type TriggerSubscription, triggerSubscription } from "./trigger-subscription.ts";

export function compileTrigger(trigger: JsonObject, context: CompileContext): Compiled {
  const namespace = namespaceOf(trigger);
  const brokerName = brokerNameOf(trigger);
  const broker = context.find(BROKERS, namespace, brokerName);
  const status: Record<string, Json> = { observedGeneration: generationOf(trigger) };
  const common = [dependencyCondition(trigger, context), OIDC_DISABLED];
  // Without a Broker the destinations are still resolved and shown: an empty one inherits nothing.
  const planned = triggerSubscription(trigger, broker ?? {}, context);
  if (planned.subscriber.kind === "resolved") status.subscriberUri = planned.subscriber.target.url;
  if (planned.deadLetterSink?.kind === "resolved") status.deadLetterSinkUri = planned.deadLetterSink.target.url;
  const resolved = [subscriberCondition(planned), deadLetterCondition(planned.deadLetterSink)];
  const conditions =
    broker === undefined
      ? [...missingBroker(brokerName), ...resolved, ...common]
      : [
          brokerCondition(trigger, context),
          ...resolved,
          ...subscriptionConditions(planned, knownOf(trigger, context)),
          ...common,
        ];
  status.conditions = summarize(conditions, { status: objectAt(trigger, "status"), now: context.now });
  return { status };
}

function knownOf(trigger: JsonObject, context: CompileContext): Acknowledgement {
  const channel = parseChannelName(namespaceOf(trigger), "broker", brokerNameOf(trigger));
  return channel === undefined ? { configuration: undefined, failure: undefined } : context.acknowledged(channel);
}

function missingBroker(name: string): readonly Condition[] {
  return [
    isFalse("BrokerReady", "BrokerDoesNotExist", `Broker ${JSON.stringify(name)} does not exist`),
    isUnknown("SubscriptionReady", "SubscriptionNotConfigured", "Subscription has not yet been reconciled."),
  ];
}

/** A Broker that is not Ready keeps what was posted to it: delivery goes on as far as it can. */
function brokerCondition(trigger: JsonObject, context: CompileContext): Condition {
  const type = "BrokerReady";
  const ready = readyOf(context.statusOf(BROKERS, namespaceOf(trigger), brokerNameOf(trigger)));
  if (ready === undefined) return isUnknown(type, "BrokerNotConfigured", "Broker has not yet been reconciled.");
  return propagated(type, ready);
}

function subscriberCondition(planned: TriggerSubscription): Condition {
  if (planned.subscriber.kind === "resolved") return isTrue("SubscriberResolved");
  return isFalse("SubscriberResolved", "Unable to get the Subscriber's URI", planned.subscriber.message);
}

function subscriptionConditions(planned: TriggerSubscription, known: Acknowledgement): readonly Condition[] {
  const type = "SubscriptionReady";
  if (planned.filterProblem !== undefined) {
    const { path, problem } = planned.filterProblem;
    return [isFalse(type, "FilterInvalid", `spec.${path}: ${problem}. Nothing is delivered meanwhile.`)];
  }
  if (planned.awaits !== undefined) {
    return [isUnknown(type, "ChannelNotConfigured", awaitedMessage(planned.awaits))];
  }
  if (planned.subscription.paused) {
    return [isFalse(type, "NotSubscribed", "The subscriber cannot be resolved; nothing is delivered meanwhile.")];
  }
  const acknowledged = known.configuration?.subscriptions[planned.subscription.uid];
  return [acknowledged === subscriptionHash(planned.subscription) ? isTrue(type) : notAcknowledged(type, known)];
}
