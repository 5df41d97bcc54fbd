/** JSON that is changed in place, so that each operation of a patch costs what it changes and not what it changes it in. */
import { isJsonList, isJsonObject, type Json, MAX_DEPTH } from "../resources/json.ts";
import { Unpatchable } from "./unpatchable.ts";

export type Draft = string | number | boolean | null | Draft[] | Map<string, Draft>;

export function draftOf(value: Json): Draft {
  if (isJsonList(value)) return value.map(draftOf);
  if (isJsonObject(value)) return new Map(Object.entries(value).map(([name, member]) => [name, draftOf(member)]));
  return value;
}

export function jsonOf(draft: Draft, depth = 0): Json {
  checkDepth(depth);
  if (Array.isArray(draft)) return draft.map((item) => jsonOf(item, depth + 1));
  if (!(draft instanceof Map)) return draft;
  return Object.fromEntries([...draft].map(([name, member]) => [name, jsonOf(member, depth + 1)]));
}

/** A copy that shares nothing; `count` is called with each value in it. */
export function copyOf(draft: Draft, count: () => void, depth = 0): Draft {
  count();
  checkDepth(depth);
  if (Array.isArray(draft)) return draft.map((item) => copyOf(item, count, depth + 1));
  if (!(draft instanceof Map)) return draft;
  return new Map([...draft].map(([name, member]) => [name, copyOf(member, count, depth + 1)]));
}

/** Looks no further than the value goes. */
export function isSame(draft: Draft | undefined, value: Json): boolean {
  if (isJsonList(value)) {
    return Array.isArray(draft) && draft.length === value.length && value.every((item, at) => isSame(draft[at], item));
  }
  if (!isJsonObject(value)) return draft === value;
  const members = Object.entries(value);
  if (!(draft instanceof Map) || draft.size !== members.length) return false;
  return members.every(([name, member]) => isSame(draft.get(name), member));
}

/** Operations can put values into each other without end. */
function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new Unpatchable(`the result would be nested deeper than ${MAX_DEPTH} levels`);
}
