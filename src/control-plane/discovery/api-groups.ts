/** The groups of the API and their versions, as discovery lists them. */
import { SERVED_RESOURCES, type ServedResource } from "./served-resources.ts";

export interface ApiGroup {
  /** Empty for the core group, which comes first. */
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly [string, ...string[]];
}

export const API_GROUPS: readonly ApiGroup[] = [...new Set(SERVED_RESOURCES.map(({ group }) => group))]
  .sort()
  .map((name) => ({ name, versions: sortedVersions(name) }));

export function resourcesIn(group: string, version: string): readonly ServedResource[] {
  return SERVED_RESOURCES.filter((resource) => resource.group === group && resource.version === version);
}

function sortedVersions(group: string): readonly [string, ...string[]] {
  const versions = new Set(SERVED_RESOURCES.filter((each) => each.group === group).map((each) => each.version));
  const [first = "", ...others] = [...versions].sort((a, b) => comparePreference(parseVersion(b), parseVersion(a)));
  return [first, ...others];
}

/** `v1` before `v1beta2` before `v1beta1` before `v1alpha1`. */
interface Version {
  readonly stability: number;
  readonly major: number;
  readonly minor: number;
}

function parseVersion(text: string): Version {
  const [, major = "0", stability = "", minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text) ?? [];
  return { stability: ["alpha", "beta", ""].indexOf(stability), major: Number(major), minor: Number(minor) };
}

function comparePreference(a: Version, b: Version): number {
  return a.stability - b.stability || a.major - b.major || a.minor - b.minor;
}
