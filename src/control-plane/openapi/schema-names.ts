/** What schemas are called in OpenAPI documents: Kubernetes' own names for its own, reversed domains for the others. */
import type { ServedResource } from "../discovery/served-resources.ts";

const CORE = "io.k8s.api.core";
const KUBERNETES_DOMAIN = ".k8s.io";

export const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
export const LIST_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
export const DELETE_OPTIONS = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
export const STATUS = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";

export function schemaName(resource: Pick<ServedResource, "group" | "version" | "kind">): string {
  const { group, version, kind } = resource;
  return `${prefixOf(group)}.${version}.${kind}`;
}

export function listSchemaName(resource: ServedResource): string {
  return `${schemaName(resource)}List`;
}

function prefixOf(group: string): string {
  if (group === "") return CORE;
  if (!group.endsWith(KUBERNETES_DOMAIN)) return group.split(".").reverse().join(".");
  return `io.k8s.api.${group.slice(0, -KUBERNETES_DOMAIN.length)}`;
}
