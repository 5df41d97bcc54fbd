/** What the query of a request asks for, checked. Refusals are thrown. */
import type { ListOptions } from "../resources/list-page.ts";
import { badRequest } from "../resources/refusal.ts";
import { parseFieldSelector, parseLabelSelector } from "../resources/selectors.ts";

export function parseDryRun(value: string | null | undefined): boolean {
  if (value === null || value === undefined || value === "") return false;
  if (value !== "All") throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`);
  return true;
}

export function listOptions(query: URLSearchParams, selectableFields: readonly string[] = []): ListOptions {
  const byLabel = parseLabelSelector(query.get("labelSelector") ?? "");
  const byField = parseFieldSelector(query.get("fieldSelector") ?? "", selectableFields);
  const limit = query.get("limit") ?? "0";
  if (!/^\d{1,9}$/.test(limit)) throw badRequest(`limit must be a whole number, not ${JSON.stringify(limit)}`);
  const continueToken = query.get("continue") ?? "";
  return {
    selects: (object) => byLabel(object) && byField(object),
    ...(Number(limit) === 0 ? {} : { limit: Number(limit) }),
    ...(continueToken === "" ? {} : { continueToken }),
  };
}
