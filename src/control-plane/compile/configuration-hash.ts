/**
 * Configurations as short texts that differ when they do. They only save pushes and keep what is stored small: whole
 * configurations of a Broker with thousands of Triggers would not fit into a row.
 */
import type { SubscriptionConfiguration } from "../../core/channel-protocol.ts";
import { hashText } from "../../core/hash.ts";
import { canonicalJson } from "../resources/json.ts";
import type { AcknowledgedConfiguration, UnversionedConfiguration } from "./compile-context.ts";

/** A hash that the configuration has already does not count. */
export function withHash(configuration: Omit<UnversionedConfiguration, "hash">): UnversionedConfiguration {
  return { ...configuration, hash: hashText(canonicalJson({ ...configuration, hash: undefined })) };
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

export function subscriptionHash(subscription: SubscriptionConfiguration): string {
  return hashText(canonicalJson(subscription));
}
