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
import { forbidden, qualified } from "../resources/refusal.ts";
import type { Scope } from "../resources/resources.ts";

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
  const name = nameOf(object);
  const there = `${textAt(foreign, "kind")} ${JSON.stringify(textAt(foreign, "name"))}`;
  const why = `it refers to ${there} in namespace ${JSON.stringify(textAt(foreign, "namespace"))}, where this token gives no rights`;
  const details = { name, group: kind.group, kind: kind.plural };
  throw forbidden(`${qualified(kind)} ${JSON.stringify(name)} is forbidden: ${why}`, details);
}

function referencesIn(value: Json | undefined): readonly JsonObject[] {
  if (isJsonList(value)) return value.flatMap(referencesIn);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === SENDERS) return [];
    return REFERENCES.includes(name) && isJsonObject(member) ? [member] : referencesIn(member);
  });
}
