/** The kinds that are served. */
import type { Part } from "./compile/part.ts";
import type { ResourceKind } from "./kind.ts";
import { configMapKind } from "./kinds/core/config-map.ts";
import { eventKind } from "./kinds/core/event.ts";
import { namespaceKind } from "./kinds/core/namespace.ts";
import { secretKind } from "./kinds/core/secret.ts";
import { serviceKind } from "./kinds/core/service.ts";
import { serviceAccountKind } from "./kinds/core/service-account.ts";
import { brokerKind } from "./kinds/eventing/broker.ts";
import { eventPolicyKind } from "./kinds/eventing/event-policy.ts";
import { eventTransformKind } from "./kinds/eventing/event-transform.ts";
import { eventTypeKind } from "./kinds/eventing/event-type.ts";
import { requestReplyKind } from "./kinds/eventing/request-reply.ts";
import { triggerKind } from "./kinds/eventing/trigger.ts";
import { parallelKind } from "./kinds/flows/parallel.ts";
import { sequenceKind } from "./kinds/flows/sequence.ts";
import { channelKind } from "./kinds/messaging/channel.ts";
import { inMemoryChannelKind } from "./kinds/messaging/in-memory-channel.ts";
import { kafkaChannelKind } from "./kinds/messaging/kafka-channel.ts";
import { subscriptionKind } from "./kinds/messaging/subscription.ts";
import { integrationSinkKind } from "./kinds/sinks/integration-sink.ts";
import { jobSinkKind } from "./kinds/sinks/job-sink.ts";
import { apiServerSourceKind } from "./kinds/sources/api-server-source.ts";
import { containerSourceKind } from "./kinds/sources/container-source.ts";
import { githubSourceKind } from "./kinds/sources/github-source.ts";
import { integrationSourceKind } from "./kinds/sources/integration-source.ts";
import { kafkaSourceKind } from "./kinds/sources/kafka-source.ts";
import { pingSourceKind } from "./kinds/sources/ping-source.ts";
import { rabbitmqSourceKind } from "./kinds/sources/rabbitmq-source.ts";
import { sinkBindingKind } from "./kinds/sources/sink-binding.ts";
import { qualified, type ResourceName } from "./resource-names.ts";
import type { JsonObject } from "./resources/json.ts";

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
  kafkaChannelKind,
  subscriptionKind,
  sequenceKind,
  parallelKind,
  apiServerSourceKind,
  containerSourceKind,
  githubSourceKind,
  integrationSourceKind,
  kafkaSourceKind,
  pingSourceKind,
  rabbitmqSourceKind,
  sinkBindingKind,
  integrationSinkKind,
  jobSinkKind,
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

/** What an object of this resource is made of; undefined for kinds that are made of nothing. */
export function partsOf(resource: ResourceName, object: JsonObject): readonly Part[] | undefined {
  return kindOf(resource)?.parts?.(object);
}
