/** All groups with all their resources in one document, so that a client needs two requests instead of a dozen. */
import type { JsonObject } from "../resources/json.ts";
import { API_GROUPS, type ApiGroup, resourcesIn } from "./api-groups.ts";
import { type ServedResource, STATUS_VERBS } from "./served-resources.ts";

/** They differ in their name alone. */
export type DiscoveryVersion = "v2" | "v2beta1";

/** Of `/api`, which has the core group, or of `/apis`, which has the others. */
export function aggregatedDiscovery(root: "api" | "apis", version: DiscoveryVersion): JsonObject {
  const groups = API_GROUPS.filter(({ name }) => (name === "") === (root === "api"));
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(groupEntry),
  };
}

function groupEntry({ name, versions }: ApiGroup): JsonObject {
  return {
    metadata: name === "" ? {} : { name },
    versions: versions.map((version) => ({
      version,
      freshness: "Current",
      resources: resourcesIn(name, version).map(resourceEntry),
    })),
  };
}

function resourceEntry(resource: ServedResource): JsonObject {
  const { group, version, kind, plural, singular, shortNames, categories, verbs } = resource;
  const responseKind = { group, version, kind };
  return {
    resource: plural,
    responseKind,
    scope: resource.namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(resource.hasStatus ? { subresources: [{ subresource: "status", responseKind, verbs: STATUS_VERBS }] } : {}),
  };
}
