/**
 * Server-side apply: merges what a manager lists into the object and takes away what it listed before and nobody else
 * manages. Pure; a conflict with another manager is thrown as a refusal.
 *
 *   stored ──merge what is listed──▶ ──prune what is no longer──▶ changes another's value? ──no──▶ applied
 *                                                                        └─yes, not forced──▶ 409
 */
import { isJsonList, type Json, type JsonObject } from "../resources/json.ts";
import { refuseConflicts } from "./apply-conflicts.ts";
import { difference, type FieldSet, isEmpty, NO_FIELDS, union, within } from "./field-set.ts";
import { compareFields, fieldsBelow, fieldsOf } from "./fields-of.ts";
import { fieldsIn, isByDefaults, isOf, type ManagerEntry, type Writer } from "./manager-entry.ts";
import { assembled, below, isItem, type Place, partsOf, ROOT } from "./parts.ts";

export interface Application {
  readonly stored: JsonObject;
  readonly entries: readonly ManagerEntry[];
  /** Decoded, and only what the subresource takes. */
  readonly configuration: JsonObject;
  readonly writer: Writer;
  readonly force: boolean;
}

export interface Applied {
  readonly object: JsonObject;
  /** All that the configuration lists. */
  readonly fields: FieldSet;
}

export function applyConfiguration(application: Application): Applied {
  const { stored, entries, configuration, writer } = application;
  const fields = fieldsOf(configuration);
  const others = entries.filter((entry) => !isOf(entry, writer));
  const byPeople = others.filter((entry) => !isByDefaults(entry));
  const held = unionOf(byPeople, fields);
  const filled = unionOf(others.filter(isByDefaults), NO_FIELDS);
  const before = unionOf(
    entries.filter((entry) => isOf(entry, writer)),
    NO_FIELDS,
  );
  const dropped = difference(difference(before, held), filled);
  const merged = merge(stored, configuration, ROOT);
  const object = asObject(prune(merged, { dropped, held, filled }, ROOT), merged);
  if (!application.force) refuseConflicts(compareFields(stored, object).changed, byPeople);
  return { object, fields };
}

function unionOf(entries: readonly ManagerEntry[], start: FieldSet): FieldSet {
  return entries.map(fieldsIn).reduce(union, start);
}

/** Members and items that the configuration lists take its values; the others stay. */
function merge(stored: Json, configuration: Json, place: Place): Json {
  const old = partsOf(stored, place);
  const listed = partsOf(configuration, place);
  if (old === undefined || listed === undefined || isJsonList(stored) !== isJsonList(configuration)) {
    return configuration;
  }
  const merged = new Map(old);
  for (const [element, part] of listed) {
    const before = old.get(element);
    merged.set(element, before === undefined ? part : merge(before, part, below(place, element)));
  }
  return assembled(configuration, merged);
}

interface Pruning {
  readonly dropped: FieldSet;
  /** What somebody still lists or manages; the server's defaults aside. */
  readonly held: FieldSet;
  readonly filled: FieldSet;
}

/** Undefined for a value that goes. One that lost something goes too once only defaults are left in it. */
function prune(value: Json, pruning: Pruning, place: Place): Json | undefined {
  const parts = partsOf(value, place);
  if (parts === undefined || parts.size === 0) return pruning.dropped.own ? undefined : value;
  const kept = new Map(parts);
  for (const element of pruning.dropped.children.keys()) {
    const part = kept.get(element);
    if (part === undefined) continue;
    const isDroppedItem = isItem(element) && within(pruning.dropped, element).own;
    const left = isDroppedItem ? undefined : prune(part, inside(pruning, element), below(place, element));
    if (left === undefined) kept.delete(element);
    else kept.set(element, left);
  }
  const rest = assembled(value, kept);
  const lostSomething = kept.size < parts.size || [...kept].some(([element, part]) => parts.get(element) !== part);
  if (!lostSomething) return value;
  const isLeftover = isEmpty(pruning.held) && isEmpty(difference(fieldsBelow(rest, place), pruning.filled));
  return isLeftover ? undefined : rest;
}

function inside(pruning: Pruning, element: string): Pruning {
  return {
    dropped: within(pruning.dropped, element),
    held: within(pruning.held, element),
    filled: within(pruning.filled, element),
  };
}

/** The object itself never goes: it has a name. */
function asObject(value: Json | undefined, whole: Json): JsonObject {
  const object = value ?? whole;
  if (typeof object !== "object" || object === null || isJsonList(object)) throw new Error("an object became none");
  return object;
}
