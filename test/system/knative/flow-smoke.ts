/** What Knative's smoke tests create Sequences and Parallels with, and the conditions that they come to. */
import { allTrue } from "./channel-conditions.ts";

/** Knative's own: the longest leaves room for the names of the parts. */
export const SMOKE_NAMES = [
  "customname",
  "name-with-dash",
  "name1with2numbers3",
  "name63-0123456789012345678901234567890123456789012345678901234",
];

export const SMOKE_DELIVERY = { retry: 10, backoffPolicy: "linear", backoffDelay: "PT1S" };

export function channelTemplate(spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: "messaging.knative.dev/v1", kind: "InMemoryChannel", spec };
}

export const READY_FLOW = allTrue([
  "Addressable",
  "ChannelsReady",
  "EventPoliciesReady",
  "OIDCIdentityCreated",
  "Ready",
  "SubscriptionsReady",
]);
