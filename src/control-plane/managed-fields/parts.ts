/** A value seen as what can be managed on its own: members of an object, items of a list that merges. */
import { LISTS_OF_EVERY_KIND, type ListRules } from "../patches/list-rules.ts";
import { isJsonList, isJsonObject, type Json, valueAt } from "../resources/json.ts";

/** Where in an object a value stands, as far as that decides how it is taken apart. */
export interface Place {
  readonly lists: ListRules;
  readonly depth: number;
}

export const ROOT: Place = { lists: LISTS_OF_EVERY_KIND, depth: 0 };

/**
 * Deeper values are managed as one: the record of an object nests as deep as the object and stands deeper in it, and
 * what is read back must not be deeper than what is accepted.
 */
const MAX_DEPTH = 32;

/** By path element; undefined for what is one value: scalars, most lists. An empty object or list has no parts. */
export function partsOf(value: Json, place: Place): ReadonlyMap<string, Json> | undefined {
  if (place.depth >= MAX_DEPTH) return undefined;
  if (isJsonObject(value)) return new Map(Object.entries(value).map(([name, member]) => [`f:${name}`, member]));
  const rule = place.lists.list;
  if (!isJsonList(value) || rule === undefined) return undefined;
  switch (rule.kind) {
    case "set":
      return new Map(value.map((item) => [`v:${JSON.stringify(item)}`, item]));
    case "keyed":
      return new Map(
        value.map((item) => [`k:${JSON.stringify({ [rule.key]: valueAt(item, rule.key) ?? null })}`, item]),
      );
    default:
      return rule satisfies never;
  }
}

/** The value made of these parts, an object or a list as the one they come from. */
export function assembled(like: Json, parts: ReadonlyMap<string, Json>): Json {
  if (isJsonList(like)) return [...parts.values()];
  return Object.fromEntries([...parts].map(([element, member]) => [element.slice("f:".length), member]));
}

export function below(place: Place, element: string): Place {
  const lists = element.startsWith("f:") ? place.lists.members?.get(element.slice("f:".length)) : undefined;
  return { lists: lists ?? {}, depth: place.depth + 1 };
}

/** An item is managed as such, beside its members. */
export function isItem(element: string): boolean {
  return !element.startsWith("f:");
}
