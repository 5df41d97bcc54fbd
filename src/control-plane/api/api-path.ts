/** What a path of the Kubernetes-style API means. */
import { customResourceDefinitions } from "../discovery/definition-resource.ts";
import { isReview } from "../discovery/review-resources.ts";
import { kindOf } from "../registry.ts";
import { OPERATOR_GROUP } from "../resource-names.ts";
import type { Scope } from "../resources/scope.ts";
import type { DiscoveryPath } from "./answer-discovery.ts";
import type { OpenApiPath } from "./answer-openapi.ts";

export type ApiPath =
  | { readonly kind: "collection"; readonly scope: Scope }
  | {
      readonly kind: "object";
      readonly scope: Scope;
      readonly name: string;
      readonly subresource: "main" | "status";
    }
  | { readonly kind: "discovery"; readonly path: DiscoveryPath }
  | { readonly kind: "openapi"; readonly path: OpenApiPath }
  | { readonly kind: "version" }
  /** CustomResourceDefinitions: all of them without a name. */
  | { readonly kind: "definitions"; readonly name: string | undefined }
  /** A question about the one who asks; see `discovery/review-resources.ts`. */
  | { readonly kind: "review"; readonly group: string; readonly version: string; readonly plural: string }
  /** The operator API: what comes after `/apis/sluice.dev/v1alpha1/namespaces/{ns}/`. */
  | { readonly kind: "operator"; readonly namespace: string; readonly segments: readonly string[] };

const OPERATOR_VERSION = "v1alpha1";

/** Undefined for what is not served. */
export function parseApiPath(pathname: string): ApiPath | undefined {
  const segments = decodedSegments(pathname);
  if (segments === undefined) return undefined;
  const [root = "", ...rest] = segments;
  switch (root) {
    case "api":
      return apiPath(rest);
    case "apis":
      return apisPath(rest);
    case "openapi":
      return openApiPath(rest);
    case "version":
      return rest.length === 0 ? { kind: "version" } : undefined;
    default:
      return undefined;
  }
}

function apiPath(segments: readonly string[]): ApiPath | undefined {
  const [version, ...rest] = segments;
  if (version === undefined) return { kind: "discovery", path: { kind: "root", root: "api" } };
  if (rest.length === 0) return { kind: "discovery", path: { kind: "resources", group: "", version } };
  return resourcePath("", version, rest);
}

function apisPath(segments: readonly string[]): ApiPath | undefined {
  const [group, version, ...rest] = segments;
  if (group === undefined) return { kind: "discovery", path: { kind: "root", root: "apis" } };
  if (version === undefined) return { kind: "discovery", path: { kind: "group", group } };
  if (rest.length === 0) return { kind: "discovery", path: { kind: "resources", group, version } };
  if (group === OPERATOR_GROUP) return operatorPath(version, rest);
  const [plural = "", name, ...beyond] = rest;
  if (isReview(group, version, plural) && name === undefined) return { kind: "review", group, version, plural };
  const { group: itsGroup, version: itsVersion, plural: itsPlural } = customResourceDefinitions;
  if (group !== itsGroup) return resourcePath(group, version, rest);
  const isDefinitions = version === itsVersion && plural === itsPlural && beyond.length === 0;
  return isDefinitions ? { kind: "definitions", name } : undefined;
}

function operatorPath(version: string, segments: readonly string[]): ApiPath | undefined {
  const [word, namespace, ...operation] = segments;
  if (version !== OPERATOR_VERSION || word !== "namespaces" || namespace === undefined) return undefined;
  return operation.length === 0 ? undefined : { kind: "operator", namespace, segments: operation };
}

/** `v2`, `v3`, `v3/api/{version}`, `v3/apis/{group}/{version}` */
function openApiPath(segments: readonly string[]): ApiPath | undefined {
  const [format, root, ...place] = segments;
  if (format === "v2") return root === undefined ? { kind: "openapi", path: { kind: "version-2" } } : undefined;
  if (format !== "v3") return undefined;
  if (root === undefined) return { kind: "openapi", path: { kind: "index" } };
  const [group, version, ...beyond] = root === "api" ? ["", ...place] : place;
  const isKnown = (root === "api" || (root === "apis" && group !== "")) && beyond.length === 0;
  if (!isKnown || group === undefined || version === undefined) return undefined;
  return { kind: "openapi", path: { kind: "group-version", group, version } };
}

/** `[namespaces/{ns}/]{plural}[/{name}[/status]]` */
function resourcePath(group: string, version: string, segments: readonly string[]): ApiPath | undefined {
  const [first, namespace, plural] = segments;
  const isSubresource = plural === "status" && group === "" && segments.length === 3;
  const inNamespace = first === "namespaces" && namespace !== undefined && plural !== undefined && !isSubresource;
  const named = inNamespace ? segments.slice(2) : segments;
  return namedPath({ group, version, namespace: inNamespace ? namespace : "", inNamespace }, named);
}

function namedPath(
  place: {
    readonly group: string;
    readonly version: string;
    readonly namespace: string;
    readonly inNamespace: boolean;
  },
  segments: readonly string[],
): ApiPath | undefined {
  const [plural = "", name, subresource, ...beyond] = segments;
  const kind = kindOf({ group: place.group, plural });
  if (kind === undefined || beyond.length > 0 || !kind.versions.includes(place.version)) return undefined;
  if (place.inNamespace && !kind.namespaced) return undefined;
  const scope = { kind, version: place.version, namespace: place.namespace };
  if (name === undefined) return { kind: "collection", scope };
  if (kind.namespaced && !place.inNamespace) return undefined;
  if (subresource === undefined) return { kind: "object", scope, name, subresource: "main" };
  return subresource === "status" && kind.hasStatus ? { kind: "object", scope, name, subresource } : undefined;
}

/**
 * Undefined where a segment is empty, badly encoded, or decodes to several. A slash at the end counts for nothing.
 */
function decodedSegments(pathname: string): readonly string[] | undefined {
  const raw = pathname.replace(/^\//, "").replace(/\/$/, "").split("/");
  try {
    const segments = raw.map(decodeURIComponent);
    return segments.some((segment) => segment === "" || segment.includes("/")) ? undefined : segments;
  } catch {
    return undefined;
  }
}
