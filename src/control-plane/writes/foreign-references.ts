/**
 * References into other namespaces. Who leads events somewhere posts there, and the status tells where that is; so a role
 * that holds in one namespace writes no new reference into another. One that somebody else wrote may stay.
 */
import {
  canonicalJson,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  objectAt,
  textAt,
} from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import { forbiddenObject } from "../resources/refusal.ts";
import type { Scope } from "../resources/scope.ts";

/** What objects are referred to by: a Destination's `ref`, an EventType's `reference`. */
const REFERENCES = ["ref", "reference"];
/** Says whom events may come from: it leads nowhere. */
const SENDERS = "from";

/** Refuses what the scope does not allow and is not in the old object, which is undefined for a create. */
export function checkReferences(scope: Scope, object: JsonObject, old: JsonObject | undefined): void {
  const { kind, mayReferTo } = scope;
  if (mayReferTo === undefined) return;
  const kept = new Set(referencesIn(objectAt(old, "spec")).map(canonicalJson));
  const foreign = referencesIn(objectAt(object, "spec")).find((reference) => {
    return !mayReferTo(textAt(reference, "namespace") || scope.namespace) && !kept.has(canonicalJson(reference));
  });
  if (foreign === undefined) return;
  const there = `${textAt(foreign, "kind")} ${JSON.stringify(textAt(foreign, "name"))}`;
  const where = `in namespace ${JSON.stringify(textAt(foreign, "namespace"))}`;
  const why = `it refers to ${there} ${where}, where this token gives no rights`;
  throw forbiddenObject(kind, nameOf(object), { why });
}

function referencesIn(value: Json | undefined): readonly JsonObject[] {
  if (isJsonList(value)) return value.flatMap(referencesIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === SENDERS) return [];
    return REFERENCES.includes(name) && isJsonObject(member) ? [member] : referencesIn(member);
  });
}
