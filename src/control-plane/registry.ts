/** The kinds that are served. */
import type { ResourceKind } from "./kind.ts";
import { brokerKind } from "./kinds/broker.ts";
import { githubSourceKind } from "./kinds/github-source.ts";
import { namespaceKind } from "./kinds/namespace.ts";
import { secretKind } from "./kinds/secret.ts";
import { triggerKind } from "./kinds/trigger.ts";
import { qualified, type ResourceName } from "./resources/refusal.ts";

export const KINDS: readonly ResourceKind[] = [namespaceKind, secretKind, brokerKind, triggerKind, githubSourceKind];

const BY_RESOURCE: ReadonlyMap<string, ResourceKind> = new Map(KINDS.map((kind) => [qualified(kind), kind]));
const BY_GROUP_AND_KIND: ReadonlyMap<string, ResourceKind> = new Map(
  KINDS.map((kind) => [`${kind.group}/${kind.kind}`, kind]),
);

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

/** What a reference of apiVersion and kind means, of whatever version; undefined for what is not served. */
export function kindReferredTo(apiVersion: string, kind: string): ResourceKind | undefined {
  return BY_GROUP_AND_KIND.get(`${apiVersion.split("/").slice(0, -1).join("/")}/${kind}`);
}
