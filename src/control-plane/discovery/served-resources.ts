/** Everything that discovery, OpenAPI and clients know of: a line for each resource in each version it is served in. */
import type { ResourceKind } from "../kind.ts";
import { KINDS } from "../registry.ts";
import type { ResourceName } from "../resource-names.ts";
import { schemaIn } from "../resources/versions.ts";
import type { StructSchema } from "../validation/schema.ts";
import { customResourceDefinitions } from "./definition-resource.ts";
import { REVIEWS } from "./review-resources.ts";

export interface ServedResource extends ResourceName {
  readonly version: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly hasStatus: boolean;
  readonly schema: StructSchema;
}

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

const ALL_VERBS: readonly Verb[] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
export const STATUS_VERBS: readonly Verb[] = ["get", "patch", "update"];

export const SERVED_RESOURCES: readonly ServedResource[] = [
  ...KINDS.flatMap((kind) => kind.versions.map((version) => served(kind, version))),
  ...REVIEWS,
  customResourceDefinitions,
];

function served(kind: ResourceKind, version: string): ServedResource {
  const { group, plural, singular, shortNames, categories, namespaced, hasStatus } = kind;
  const names = { group, plural, version, kind: kind.kind, singular, shortNames, categories };
  return { ...names, namespaced, hasStatus, verbs: ALL_VERBS, schema: schemaIn(kind, version) };
}
