/** What a write may say about the object it expects to find. Refusals are thrown. */
import { type JsonObject, textAt } from "../resources/json.ts";
import { nameOf, uidOf } from "../resources/metadata.ts";
import { badRequest, conflict, invalid, modified, preconditionFailed } from "../resources/refusal.ts";
import type { Scope } from "../resources/scope.ts";
import type { StoredObject } from "../store/object-store.ts";

export function checkPreconditions(scope: Scope, incoming: JsonObject, stored: StoredObject): void {
  const { name } = stored.key;
  checkName(incoming, name);
  const version = textAt(incoming, "metadata", "resourceVersion") ?? "";
  if (version !== "" && version !== String(stored.resourceVersion)) throw modified(scope.kind, name);
  const uid = uidOf(incoming);
  const storedUid = uidOf(stored.body);
  if (uid !== "" && uid !== storedUid) {
    throw preconditionFailed(scope.kind, name, { what: "UID", expected: uid, stored: storedUid });
  }
}

/** For an apply that finds nothing: what it says about an earlier object cannot hold. */
export function checkNothingExpected(scope: Scope, incoming: JsonObject, name: string): void {
  checkName(incoming, name);
  if ((textAt(incoming, "metadata", "resourceVersion") ?? "") !== "") throw modified(scope.kind, name);
  const uid = uidOf(incoming);
  if (uid === "") return;
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(scope.kind, name, why);
}

/** Core kinds may be replaced blindly, as in Kubernetes; custom ones must name the resourceVersion they replace. */
export function checkReplacement(scope: Scope, incoming: JsonObject, name: string): void {
  const { group, kind } = scope.kind;
  if (group === "" || (textAt(incoming, "metadata", "resourceVersion") ?? "") !== "") return;
  const message = "Invalid value: 0x0: must be specified for an update";
  const cause = { reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" };
  throw invalid({ group, kind, name }, [cause]);
}

function checkName(incoming: JsonObject, name: string): void {
  const sent = nameOf(incoming);
  if (sent === name) return;
  throw badRequest(`the name of the object (${sent}) does not match the name on the URL (${name})`);
}
