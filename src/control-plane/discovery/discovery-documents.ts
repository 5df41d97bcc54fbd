/** What clients ask first: which groups, versions and resources there are. */
import type { JsonObject } from "../resources/json.ts";
import { apiVersionOf } from "../resources/versions.ts";
import { API_GROUPS, type ApiGroup, resourcesIn } from "./api-groups.ts";
import { type ServedResource, STATUS_VERBS } from "./served-resources.ts";

/** Of `/api`. */
export function coreVersions(): JsonObject {
  const versions = API_GROUPS.find(({ name }) => name === "")?.versions ?? [];
  return { kind: "APIVersions", versions, serverAddressByClientCIDRs: [] };
}

/** Of `/apis`. */
export function groupList(): JsonObject {
  const groups = API_GROUPS.filter(({ name }) => name !== "").map(groupMembers);
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** Of `/apis/{group}`; undefined for a group that is not served, as the core group is not there. */
export function groupDocument(name: string): JsonObject | undefined {
  const group = API_GROUPS.find((each) => each.name === name && name !== "");
  return group === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...groupMembers(group) };
}

/** Of `/api/{version}` and `/apis/{group}/{version}`; undefined for a version that is not served. */
export function resourceList(group: string, version: string): JsonObject | undefined {
  const resources = resourcesIn(group, version);
  if (resources.length === 0) return undefined;
  const groupVersion = apiVersionOf({ group }, version);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: resources.flatMap(resourceEntries) };
}

function groupMembers({ name, versions }: ApiGroup): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  const [preferredVersion = {}] = entries;
  return { name, versions: entries, preferredVersion };
}

function resourceEntries(resource: ServedResource): readonly JsonObject[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, hasStatus } = resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
  const status = { name: `${plural}/status`, singularName: "", namespaced, kind, verbs: STATUS_VERBS };
  return hasStatus ? [main, status] : [main];
}
