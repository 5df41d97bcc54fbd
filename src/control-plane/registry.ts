/** The kinds that are served. */
import type { ResourceKind } from "./kind.ts";
import { brokerKind } from "./kinds/broker.ts";
import { channelKind } from "./kinds/channel.ts";
import { configMapKind } from "./kinds/config-map.ts";
import { eventKind } from "./kinds/event.ts";
import { eventPolicyKind } from "./kinds/event-policy.ts";
import { eventTransformKind } from "./kinds/event-transform.ts";
import { eventTypeKind } from "./kinds/event-type.ts";
import { githubSourceKind } from "./kinds/github-source.ts";
import { inMemoryChannelKind } from "./kinds/in-memory-channel.ts";
import { namespaceKind } from "./kinds/namespace.ts";
import { parallelKind } from "./kinds/parallel.ts";
import { requestReplyKind } from "./kinds/request-reply.ts";
import { secretKind } from "./kinds/secret.ts";
import { sequenceKind } from "./kinds/sequence.ts";
import { serviceKind } from "./kinds/service.ts";
import { serviceAccountKind } from "./kinds/service-account.ts";
import { subscriptionKind } from "./kinds/subscription.ts";
import { triggerKind } from "./kinds/trigger.ts";
import { qualified, type ResourceName } from "./resources/refusal.ts";

export const KINDS: readonly ResourceKind[] = [
  namespaceKind,
  secretKind,
  configMapKind,
  serviceAccountKind,
  serviceKind,
  eventKind,
  brokerKind,
  triggerKind,
  eventTypeKind,
  eventPolicyKind,
  eventTransformKind,
  requestReplyKind,
  channelKind,
  inMemoryChannelKind,
  subscriptionKind,
  sequenceKind,
  parallelKind,
  githubSourceKind,
];

const BY_RESOURCE: ReadonlyMap<string, ResourceKind> = new Map(KINDS.map((kind) => [qualified(kind), kind]));

export function kindOf(resource: ResourceName): ResourceKind | undefined {
  return BY_RESOURCE.get(qualified(resource));
}

/** The resource whose objects are of this kind, whatever the version; undefined where it is not served. */
export function resourceOf(group: string, kind: string): ResourceName | undefined {
  return KINDS.find((each) => each.group === group && each.kind === kind);
}

/** The kind of a stored object's resource column. */
export function kindNamed(resource: string): ResourceKind | undefined {
  return BY_RESOURCE.get(resource);
}
