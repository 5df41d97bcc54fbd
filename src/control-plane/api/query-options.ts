/** What the query of a request asks for, checked. Refusals are thrown. */
import type { FieldValidation } from "../resources/admission.ts";
import type { ListOptions } from "../resources/list-page.ts";
import { badRequest } from "../resources/refusal.ts";
import type { WriteOptions } from "../resources/resources.ts";
import { parseFieldSelector, parseLabelSelector } from "../resources/selectors.ts";

const FIELD_VALIDATIONS: readonly FieldValidation[] = ["Strict", "Warn", "Ignore"];

export function writeOptions(query: URLSearchParams, subresource: "main" | "status"): WriteOptions {
  const sent = query.get("fieldValidation") ?? "Strict";
  const fieldValidation = FIELD_VALIDATIONS.find((each) => each === sent);
  if (fieldValidation === undefined) {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(sent)}: supported values: "Ignore", "Warn", "Strict"`,
    );
  }
  return { fieldValidation, dryRun: parseDryRun(query.get("dryRun")), subresource };
}

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
