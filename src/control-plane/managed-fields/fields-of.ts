/** Which fields a value has, and which ones two values differ in. */
import { isJsonList, type Json, type JsonObject, objectAt, sameJson } from "../resources/json.ts";
import { difference, type FieldSet, fieldAt, fieldSet, NO_FIELDS } from "./field-set.ts";
import { below, isItem, type Place, partsOf, ROOT } from "./parts.ts";

/** Members that the server sets, or that name the object: nobody manages them. */
const UNTRACKED_METADATA = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "managedFields",
]);

export interface FieldChanges {
  /** New or with another value. Objects that are new are in it beside their members. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** All that an applied configuration lists: values, empty objects, items of lists that merge. */
export function fieldsOf(object: JsonObject): FieldSet {
  return difference(listed(tracked(object), ROOT), fieldAt("f:metadata"));
}

export function compareFields(before: JsonObject, after: JsonObject): FieldChanges {
  return compare(tracked(before), tracked(after), ROOT);
}

/** What is left of an object at some place; for one without members, nothing. */
export function fieldsBelow(value: Json, place: Place): FieldSet {
  return fieldSet(
    false,
    [...(partsOf(value, place) ?? [])].map(([element, part]) => [element, listedPart(element, part, place)]),
  );
}

/** Always with metadata, so that it is never a change of its own. */
function tracked(object: JsonObject): JsonObject {
  const content = Object.entries(object).filter(([name]) => name !== "apiVersion" && name !== "kind");
  const metadata = Object.entries(objectAt(object, "metadata") ?? {});
  const kept = metadata.filter(([name]) => !UNTRACKED_METADATA.has(name));
  return { ...Object.fromEntries(content), metadata: Object.fromEntries(kept) };
}

function listed(value: Json, place: Place): FieldSet {
  const parts = partsOf(value, place);
  if (parts === undefined || parts.size === 0) return { own: true, children: new Map() };
  return fieldsBelow(value, place);
}

function listedPart(element: string, part: Json, place: Place): FieldSet {
  const { own, children } = listed(part, below(place, element));
  return { own: own || isItem(element), children };
}

/** Every field, objects beside their members. */
function everything(value: Json | undefined, place: Place): FieldSet {
  if (value === undefined) return NO_FIELDS;
  const parts = [...(partsOf(value, place) ?? [])];
  return fieldSet(
    true,
    parts.map(([element, part]) => [element, everything(part, below(place, element))]),
  );
}

function compare(before: Json | undefined, after: Json | undefined, place: Place): FieldChanges {
  if (before === after) return { changed: NO_FIELDS, removed: NO_FIELDS };
  const old = before === undefined ? undefined : partsOf(before, place);
  const now = after === undefined ? undefined : partsOf(after, place);
  if (old === undefined || now === undefined || isJsonList(before) !== isJsonList(after)) {
    if (sameJson(before, after)) return { changed: NO_FIELDS, removed: NO_FIELDS };
    const changed = everything(after, place);
    return { changed, removed: difference(everything(before, place), changed) };
  }
  const changed: [string, FieldSet][] = [];
  const removed: [string, FieldSet][] = [];
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const inner = compare(old.get(element), now.get(element), below(place, element));
    changed.push([element, inner.changed]);
    removed.push([element, inner.removed]);
  }
  return { changed: fieldSet(false, changed), removed: fieldSet(false, removed) };
}
