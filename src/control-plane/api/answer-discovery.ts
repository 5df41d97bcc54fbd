/** `/api`, `/apis`, `/apis/{group}` and the resources of a version, in one document if the client can read that. */
import { aggregatedDiscovery, type DiscoveryVersion } from "../discovery/aggregated-discovery.ts";
import { coreVersions, groupDocument, groupList, resourceList } from "../discovery/discovery-documents.ts";
import { accepts, parseAccept } from "../presentation/accept.ts";
import type { JsonObject } from "../resources/json.ts";
import { notAcceptable, unknownPath } from "../resources/refusal.ts";
import { cachedJson } from "./cached-json.ts";
import { refuseWrites } from "./refuse-writes.ts";

export type DiscoveryPath =
  | { readonly kind: "root"; readonly root: "api" | "apis" }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "resources"; readonly group: string; readonly version: string };

const JSON_TYPE = "application/json";
const AGGREGATED: readonly DiscoveryVersion[] = ["v2", "v2beta1"];

export function answerDiscovery(request: Request, path: DiscoveryPath): Response {
  const plain = documentAt(path);
  if (plain === undefined) throw unknownPath();
  refuseWrites(request);
  const form = chooseForm(request.headers.get("accept"), path);
  const type = form === "plain" ? JSON_TYPE : `${JSON_TYPE};g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
  const document = form !== "plain" && path.kind === "root" ? aggregatedDiscovery(path.root, form) : plain;
  return cachedJson(request, document, { "Content-Type": type, Vary: "Accept", "Cache-Control": "no-cache" });
}

/** Only the two roots have an aggregated form. */
function chooseForm(accept: string | null, path: DiscoveryPath): "plain" | DiscoveryVersion {
  for (const accepted of parseAccept(accept)) {
    if (!accepts(accepted, JSON_TYPE)) continue;
    const { parameters } = accepted;
    if (!parameters.has("as")) return "plain";
    const version = AGGREGATED.find((each) => each === parameters.get("v"));
    const isAggregated =
      parameters.get("g") === "apidiscovery.k8s.io" && parameters.get("as") === "APIGroupDiscoveryList";
    if (path.kind === "root" && isAggregated && version !== undefined) return version;
  }
  throw notAcceptable([JSON_TYPE]);
}

/** Undefined for what is not served. */
function documentAt(path: DiscoveryPath): JsonObject | undefined {
  switch (path.kind) {
    case "root":
      return path.root === "api" ? coreVersions() : groupList();
    case "group":
      return groupDocument(path.group);
    case "resources":
      return resourceList(path.group, path.version);
    default:
      return path satisfies never;
  }
}
