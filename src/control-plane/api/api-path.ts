/** What a path of the Kubernetes-style API means. */
import { selfReviewNamed } from "../access/self-review.ts";
import { kindOf } from "../registry.ts";
import type { Scope } from "../resources/resources.ts";

export type ApiPath =
  | { readonly kind: "collection"; readonly scope: Scope }
  | {
      readonly kind: "object";
      readonly scope: Scope;
      readonly name: string;
      readonly subresource: "main" | "status";
    }
  /** A question about the own rights, which is only created. */
  | { readonly kind: "review"; readonly group: string; readonly version: string; readonly plural: string }
  /** The operator API: what comes after `/apis/sluice.dev/v1alpha1/namespaces/{ns}/`. */
  | { readonly kind: "operator"; readonly namespace: string; readonly segments: readonly string[] };

const OPERATOR_GROUP = "sluice.dev";
const OPERATOR_VERSION = "v1alpha1";

/** Undefined for what is not served. */
export function parseApiPath(pathname: string): ApiPath | undefined {
  const segments = decodedSegments(pathname);
  if (segments === undefined) return undefined;
  const [root, ...rest] = segments;
  if (root === "api") return resourcePath("", rest);
  if (root !== "apis") return undefined;
  const [group = "", ...beyond] = rest;
  if (group === "") return undefined;
  if (group !== OPERATOR_GROUP) return reviewPath(group, beyond) ?? resourcePath(group, beyond);
  const [version, word, namespace, ...operation] = beyond;
  if (version !== OPERATOR_VERSION || word !== "namespaces" || namespace === undefined || operation.length === 0) {
    return undefined;
  }
  return { kind: "operator", namespace, segments: operation };
}

/** `{version}/{plural}` */
function reviewPath(group: string, segments: readonly string[]): ApiPath | undefined {
  const [version = "", plural = "", ...beyond] = segments;
  const review = selfReviewNamed({ group, plural });
  if (review?.version !== version || beyond.length > 0) return undefined;
  return { kind: "review", group, version, plural };
}

/** `{version}/[namespaces/{ns}/]{plural}[/{name}[/status]]` */
function resourcePath(group: string, segments: readonly string[]): ApiPath | undefined {
  const [version = "", ...rest] = segments;
  const [first, namespace, plural] = rest;
  const isSubresource = plural === "status" && group === "" && rest.length === 3;
  const inNamespace = first === "namespaces" && namespace !== undefined && plural !== undefined && !isSubresource;
  const named = inNamespace ? rest.slice(2) : rest;
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

/** Undefined where a segment is empty or badly encoded. A slash at the end counts for nothing. */
function decodedSegments(pathname: string): readonly string[] | undefined {
  const raw = pathname.replace(/^\//, "").replace(/\/$/, "").split("/");
  try {
    const segments = raw.map(decodeURIComponent);
    return segments.includes("") ? undefined : segments;
  } catch {
    return undefined;
  }
}
