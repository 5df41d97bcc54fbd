/** The status of a Trigger; its subscription is part of its Broker's channel (`compile-broker.ts`). */
import { parseChannelName } from "../../core/channel-name.ts";
import { BROKERS } from "../resource-names.ts";
import { type Json, type JsonObject, objectAt } from "../resources/json.ts";
import { annotationOf, generationOf, namespaceOf } from "../resources/metadata.ts";
import { DEPENDENCY } from "../validation/trigger-annotations.ts";
import { deadLetterCondition, notAcknowledged } from "./compile-broker.ts";
import type { Acknowledgement, CompileContext, Compiled } from "./compile-context.ts";
import { type Condition, isFalse, isTrue, isUnknown, summarize } from "./conditions.ts";
import { subscriptionHash } from "./configuration-hash.ts";
import { brokerNameOf, type TriggerSubscription, triggerSubscription } from "./trigger-subscription.ts";

export function compileTrigger(trigger: JsonObject, context: CompileContext): Compiled {
  const namespace = namespaceOf(trigger);
  const brokerName = brokerNameOf(trigger);
  const broker = context.find(BROKERS, namespace, brokerName);
  const status: Record<string, Json> = { observedGeneration: generationOf(trigger) };
  const common = [
    dependencyCondition(trigger),
    isTrue("OIDCIdentityCreated", { reason: "OIDCDisabled", message: "Events carry no OIDC identity." }),
  ];
  // Without a Broker the destinations are still resolved and shown: an empty one inherits nothing.
  const planned = triggerSubscription(trigger, broker ?? {}, context);
  if (planned.subscriber.kind === "resolved") status.subscriberUri = planned.subscriber.target.url;
  if (planned.deadLetterSink?.kind === "resolved") status.deadLetterSinkUri = planned.deadLetterSink.target.url;
  const resolved = [subscriberCondition(planned), deadLetterCondition(planned.deadLetterSink)];
  const conditions =
    broker === undefined
      ? [...missingBroker(brokerName), ...resolved, ...common]
      : [isTrue("BrokerReady"), ...resolved, ...subscriptionConditions(planned, knownOf(trigger, context)), ...common];
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
  if (planned.subscription.paused) {
    return [isFalse(type, "NotSubscribed", "The subscriber cannot be resolved; nothing is delivered meanwhile.")];
  }
  const acknowledged = known.configuration?.subscriptions[planned.subscription.uid];
  return [acknowledged === subscriptionHash(planned.subscription) ? isTrue(type) : notAcknowledged(type, known)];
}

/** A dependency is a source of the same namespace; sources are looked after by no one here, so it is only named. */
function dependencyCondition(trigger: JsonObject): Condition {
  if (annotationOf(trigger, DEPENDENCY) === undefined) return isTrue("DependencyReady");
  const message = `The annotation ${DEPENDENCY} is not followed: this Trigger delivers whether or not its dependency is ready`;
  return isTrue("DependencyReady", { reason: "DependencyNotFollowed", message });
}
