/** A Broker is one channel; its Triggers are the subscriptions. */
import assert from "../../core/assert.ts";
import { BROKERS, TRIGGERS } from "../resource-names.ts";
import { type Json, type JsonObject, objectAt } from "../resources/json.ts";
import { generationOf, nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { channelSettings } from "../validation/annotations.ts";
import { deadLetterCondition, eventPoliciesCondition, notAcknowledged } from "./channel-conditions.ts";
import { placeOf } from "./channel-place.ts";
import type { Acknowledgement, CompileContext, Compiled, UnversionedConfiguration } from "./compile-context.ts";
import { type Condition, isTrue, summarize } from "./conditions.ts";
import { settingsHash, withHash } from "./configuration-hash.ts";
import { resolveDestination } from "./resolve-destination.ts";
import { brokerNameOf, triggerSubscription } from "./trigger-subscription.ts";

export function compileBroker(broker: JsonObject, context: CompileContext): Compiled {
  const namespace = namespaceOf(broker);
  const place = placeOf(BROKERS, broker, context);
  assert(place !== undefined, "a Broker has an address");
  const { name: channel, address } = place;
  const triggers = context.list(TRIGGERS).filter((trigger) => brokerNameOf(trigger) === nameOf(broker));
  const configuration = withHash({
    uid: uidOf(broker),
    ...channelSettings(broker),
    subscriptions: triggers.map((trigger) => triggerSubscription(trigger, broker, context).subscription),
  });
  const channelReady = channelCondition(configuration, context.acknowledged(channel));
  const sink = objectAt(broker, "spec", "delivery", "deadLetterSink");
  const deadLetterSink = sink === undefined ? undefined : resolveDestination(sink, namespace, context);
  const conditions = [
    // One channel is ingress, log and filter at once, so the three stand and fall together.
    ...["IngressReady", "TriggerChannelReady", "FilterReady"].map((type) => ({ ...channelReady, type })),
    isTrue("Addressable"),
    deadLetterCondition(deadLetterSink),
    eventPoliciesCondition("Broker"),
  ];
  const status: Record<string, Json> = {
    observedGeneration: generationOf(broker),
    conditions: summarize(conditions, { status: objectAt(broker, "status"), now: context.now }),
    address,
    addresses: [address],
  };
  if (deadLetterSink?.kind === "resolved") status.deadLetterSinkUri = deadLetterSink.target.url;
  return { status, channel: { name: channel, configuration } };
}

/** Whether the channel runs these settings; its subscriptions are the Triggers' affair. */
function channelCondition(wanted: UnversionedConfiguration, known: Acknowledgement): Condition {
  const type = "TriggerChannelReady";
  if (known.configuration?.settings === settingsHash(wanted)) return isTrue(type);
  return notAcknowledged(type, known);
}
