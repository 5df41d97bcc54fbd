/** The kinds that are served. */
import type { ResourceKind } from "./kind.ts";
import { apiServerSourceKind } from "./kinds/api-server-source.ts";
import { brokerKind } from "./kinds/broker.ts";
import { containerSourceKind } from "./kinds/container-source.ts";
import { githubSourceKind } from "./kinds/github-source.ts";
import { integrationSinkKind } from "./kinds/integration-sink.ts";
import { integrationSourceKind } from "./kinds/integration-source.ts";
import { jobSinkKind } from "./kinds/job-sink.ts";
import { kafkaChannelKind } from "./kinds/kafka-channel.ts";
import { kafkaSourceKind } from "./kinds/kafka-source.ts";
import { namespaceKind } from "./kinds/namespace.ts";
import { pingSourceKind } from "./kinds/ping-source.ts";
import { rabbitmqSourceKind } from "./kinds/rabbitmq-source.ts";
import { secretKind } from "./kinds/secret.ts";
import { sinkBindingKind } from "./kinds/sink-binding.ts";
import { triggerKind } from "./kinds/trigger.ts";
import { qualified, type ResourceName } from "./resources/refusal.ts";

export const KINDS: readonly ResourceKind[] = [
  namespaceKind,
  secretKind,
  brokerKind,
  triggerKind,
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
  kafkaChannelKind,
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
