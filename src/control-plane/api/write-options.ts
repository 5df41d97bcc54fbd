/** What the query and the headers of a write ask for, checked. Refusals are thrown. */
import { MAX_MANAGER_LENGTH } from "../managed-fields/manager-entry.ts";
import type { FieldValidation } from "../resources/admission.ts";
import { badRequest, invalid, type Refusal, unsupportedValue } from "../resources/refusal.ts";
import type { WriteOptions } from "../writes/write-request.ts";
import { parseDryRun } from "./query-options.ts";

const FIELD_VALIDATIONS: readonly FieldValidation[] = ["Ignore", "Warn", "Strict"];
const PRINTABLE = /^[\x20-\x7e]*$/;
/** Of a client that says nothing of itself. */
const UNKNOWN_MANAGER = "unknown";

/** Kubernetes' names for the options of each verb; its messages begin with them. */
export type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions";

export function writeOptions(request: Request, kind: OptionsKind, subresource: "main" | "status"): WriteOptions {
  const query = new URL(request.url).searchParams;
  const sent = query.get("fieldValidation") ?? "Warn";
  const fieldValidation = FIELD_VALIDATIONS.find((each) => each === sent);
  if (fieldValidation === undefined) {
    throw badRequest(`fieldValidation: ${unsupportedValue(sent, FIELD_VALIDATIONS)}`);
  }
  const named = query.get("fieldManager") ?? "";
  checkManager(named, kind);
  const manager = named === "" ? userAgentsName(request.headers.get("user-agent") ?? "") : named;
  return { fieldValidation, dryRun: parseDryRun(query.get("dryRun")), subresource, manager };
}

/** The options of a server-side apply, which must say who applies. */
export function applyOptions(
  request: Request,
  subresource: "main" | "status",
): { readonly options: WriteOptions; readonly force: boolean } {
  const query = new URL(request.url).searchParams;
  const options = writeOptions(request, "PatchOptions", subresource);
  if ((query.get("fieldManager") ?? "") === "") {
    const message = "Required value: is required for apply patch";
    throw refused("PatchOptions", { reason: "FieldValueRequired", message, field: "fieldManager" });
  }
  const force = query.get("force") ?? "false";
  if (force !== "true" && force !== "false") {
    throw badRequest(`force must be true or false, not ${JSON.stringify(force)}`);
  }
  return { options, force: force === "true" };
}

/** Only an apply may take fields over: other writes do so anyway. */
export function refuseForce(request: Request): void {
  if (!new URL(request.url).searchParams.has("force")) return;
  const message = "Forbidden: may not be specified for non-apply patch";
  throw refused("PatchOptions", { reason: "FieldValueForbidden", message, field: "force" });
}

function checkManager(manager: string, kind: OptionsKind): void {
  const field = "fieldManager";
  if (manager.length > MAX_MANAGER_LENGTH) {
    const message = `Too long: may not be more than ${MAX_MANAGER_LENGTH} bytes`;
    throw refused(kind, { reason: "FieldValueTooLong", message, field });
  }
  if (!PRINTABLE.test(manager)) {
    const message = `Invalid value: ${JSON.stringify(manager)}: should only contain printable characters`;
    throw refused(kind, { reason: "FieldValueInvalid", message, field });
  }
}

/** `kubectl` of `kubectl/v1.33.0 (linux/amd64)` */
function userAgentsName(userAgent: string): string {
  const name = (userAgent.split("/")[0] ?? "").replaceAll(/[^\x20-\x7e]/g, "").slice(0, MAX_MANAGER_LENGTH);
  return name === "" ? UNKNOWN_MANAGER : name;
}

function refused(
  kind: OptionsKind,
  cause: { readonly reason: string; readonly message: string; readonly field: string },
): Refusal {
  return invalid({ group: "meta.k8s.io", kind, name: "" }, [cause]);
}
