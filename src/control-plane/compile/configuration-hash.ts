/**
 * Configurations as short texts that differ when they do. They only save pushes and keep what is stored small: whole
 * configurations of a Broker with thousands of Triggers would not fit into a row.
 */
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { hashText } from "../../core/hash.ts";
import { canonicalJson } from "../resources/json.ts";
import type { AcknowledgedConfiguration, UnversionedConfiguration } from "./compile-context.ts";

export function withHash(configuration: Omit<UnversionedConfiguration, "hash">): UnversionedConfiguration {
  const settings = settingsHash({ ...configuration, hash: "" });
  const ingress = canonicalJson(configuration.ingress ?? null);
  const subscriptions = configuration.subscriptions.map(subscriptionHash);
  return { ...configuration, hash: hashText([settings, ingress, ...subscriptions].join()) };
}

export function acknowledgedForm(configuration: UnversionedConfiguration): AcknowledgedConfiguration {
  const { uid, hash, subscriptions } = configuration;
  const hashes = subscriptions.map((subscription) => [subscription.uid, subscriptionHash(subscription)]);
  return { uid, hash, settings: settingsHash(configuration), subscriptions: Object.fromEntries(hashes) };
}

/** Of everything but the subscriptions and the ingress: a token that comes or goes makes no Broker less ready. */
export function settingsHash(configuration: UnversionedConfiguration): string {
  return hashText(canonicalJson({ ...configuration, hash: "", ingress: undefined, subscriptions: [] }));
}

/**
 * Computed once for each: a subscription is asked for by its Broker, by its Trigger and when its channel has taken it. Its
 * members are in the order they are made in, which is always the same: sorting them would cost a sixth of a pass.
 */
export function subscriptionHash(subscription: SubscriptionConfiguration): string {
  const known = HASHES.get(subscription);
  if (known !== undefined) return known;
  const hash = hashText(JSON.stringify(subscription));
  HASHES.set(subscription, hash);
  return hash;
}

const HASHES = new WeakMap<SubscriptionConfiguration, string>();
