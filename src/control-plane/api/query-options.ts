/** What the query of a request asks for, checked. Refusals are thrown. */
import type { ResourceKind } from "../kind.ts";
import type { ListOptions } from "../resources/list-page.ts";
import { badRequest, invalid, type StatusCause, unsupportedValue } from "../resources/refusal.ts";
import { parseResourceVersion } from "../resources/resource-version.ts";
import { parseSelection } from "../resources/selectors.ts";

export function parseDryRun(value: string | null | undefined): boolean {
  if (value === null || value === undefined || value === "") return false;
  if (value !== "All") throw badRequest(`dryRun: ${unsupportedValue(value, ["All"])}`);
  return true;
}

export function listOptions(query: URLSearchParams, kind: Pick<ResourceKind, "selectableFields">): ListOptions {
  const limit = query.get("limit") ?? "0";
  if (!/^\d{1,9}$/.test(limit)) throw badRequest(`limit must be a whole number, not ${JSON.stringify(limit)}`);
  const continueToken = query.get("continue") ?? "";
  return {
    ...parseSelection(query, kind.selectableFields),
    version: listVersion(query),
    ...(Number(limit) === 0 ? {} : { limit: Number(limit) }),
    ...(continueToken === "" ? {} : { continueToken }),
  };
}

/** Kubernetes' rules for which state a list may ask for. */
function listVersion(query: URLSearchParams): ListOptions["version"] {
  const sent = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const resourceVersion = parseResourceVersion(sent);
  const continues = (query.get("continue") ?? "") !== "";
  const causes: StatusCause[] = [];
  const forbid = (field: string, why: string) =>
    causes.push({ reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field });
  if (query.get("sendInitialEvents") !== null) forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
  if (match !== "") {
    const field = "resourceVersionMatch";
    if (continues) forbid(field, `${field} is forbidden when continue is provided`);
    if (sent === "") forbid(field, `${field} is forbidden unless resourceVersion is provided`);
    if (match === "Exact" && sent !== "" && resourceVersion === 0) {
      forbid(field, `${field} "Exact" is forbidden for resourceVersion "0"`);
    }
    if (match !== "Exact" && match !== "NotOlderThan") {
      const message = unsupportedValue(match, ["Exact", "NotOlderThan", ""]);
      causes.push({ reason: "FieldValueNotSupported", message, field });
    }
  }
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions", name: "" }, causes);
  if (continues && resourceVersion > 0) {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  return { match: match === "Exact" ? match : "NotOlderThan", resourceVersion };
}
