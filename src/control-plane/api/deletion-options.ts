/** What a DELETE asks for, in its body or its query, checked. Refusals are thrown. */
import type { DeletionOptions, Propagation } from "../resources/deletion.ts";
import { isJsonList, type Json, type JsonObject, valueAt } from "../resources/json.ts";
import { badRequest, invalid, unsupportedValue } from "../resources/refusal.ts";
import { parseDryRun } from "./query-options.ts";

const PROPAGATIONS: readonly Propagation[] = ["Foreground", "Background", "Orphan"];

export function deletionOptions(query: URLSearchParams, body: JsonObject): DeletionOptions {
  const sent = (name: string): Json | undefined => valueAt(body, name) ?? query.get(name) ?? undefined;
  checkGracePeriod(sent("gracePeriodSeconds"));
  const propagation = propagationOf(sent("propagationPolicy"), sent("orphanDependents"));
  const uid = precondition(body, "uid");
  const resourceVersion = precondition(body, "resourceVersion");
  return {
    dryRun: isDryRun(valueAt(body, "dryRun")) || parseDryRun(query.get("dryRun")),
    ...(propagation === undefined ? {} : { propagation }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** `orphanDependents` is the older way to say Orphan, or not. */
function propagationOf(policy: Json | undefined, orphan: Json | undefined): Propagation | undefined {
  const orphans = booleanOf(orphan);
  if (policy === undefined || policy === "") {
    return orphans === undefined ? undefined : orphans ? "Orphan" : "Background";
  }
  if (orphans !== undefined) {
    throw invalidOption("propagationPolicy", "orphanDependents and propagationPolicy cannot be both set");
  }
  const known = PROPAGATIONS.find((each) => each === policy);
  if (known !== undefined) return known;
  throw invalidOption("propagationPolicy", unsupportedValue(policy, PROPAGATIONS));
}

function booleanOf(value: Json | undefined): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw badRequest(`orphanDependents must be true or false, not ${JSON.stringify(value)}`);
}

/** Taken and of no effect: nothing here takes time to end. */
function checkGracePeriod(value: Json | undefined): void {
  const seconds = typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  if (seconds === undefined || (typeof seconds === "number" && Number.isInteger(seconds))) return;
  throw badRequest(`gracePeriodSeconds must be a whole number, not ${JSON.stringify(value)}`);
}

function isDryRun(value: Json | undefined): boolean {
  if (value === undefined) return false;
  if (!isJsonList(value)) throw badRequest("dryRun must be a list of strings");
  return value.map((item) => parseDryRun(typeof item === "string" ? item : JSON.stringify(item))).includes(true);
}

function precondition(body: JsonObject, name: "uid" | "resourceVersion"): string | undefined {
  const value = valueAt(body, "preconditions", name);
  if (value === undefined || typeof value === "string") return value;
  throw badRequest(`preconditions.${name} must be a string`);
}

function invalidOption(field: string, message: string): Error {
  const cause = { reason: "FieldValueInvalid", message, field };
  return invalid({ group: "meta.k8s.io", kind: "DeleteOptions", name: "" }, [cause]);
}
