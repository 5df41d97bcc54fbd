/**
 * Kubernetes' strategic merge patch, for core kinds: a merge patch whose lists may merge too, with directives.
 *
 *   in an object    $patch: replace | delete | merge        $retainKeys: [names that stay]
 *                   $deleteFromPrimitiveList/{list}: [values that go]
 *                   $setElementOrder/{list}: [values, or objects with the key]
 *   in a list       {$patch: replace}        the other items are the new list
 *                   {$patch: delete, key}    this item goes
 */
import { isJsonList, isJsonObject, type Json, type JsonObject, textAt } from "../resources/json.ts";
import { badRequest } from "../resources/refusal.ts";
import type { ListRules } from "./list-rules.ts";
import { mergeLists, ordered, withoutValues } from "./strategic-lists.ts";

const DIRECTIVE = "$patch";
const RETAIN = "$retainKeys";
const DELETE_FROM = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";

export function strategicMergePatch(target: Json | undefined, patch: JsonObject, rules: ListRules): JsonObject {
  const directive = Object.hasOwn(patch, DIRECTIVE) ? patch[DIRECTIVE] : "merge";
  const named = Object.entries(patch).filter(([name]) => !isDirective(name));
  switch (directive) {
    case "delete":
      return {};
    case "replace":
      return mergeMembers(new Map(), named, rules);
    case "merge": {
      const members = new Map<string, Json>(isJsonObject(target) ? Object.entries(target) : []);
      retain(members, patch);
      return directLists(mergeMembers(members, named, rules), patch, rules);
    }
    default:
      throw badRequest(`${DIRECTIVE} must be replace, delete or merge, not ${JSON.stringify(directive)}`);
  }
}

function mergeMembers(
  members: Map<string, Json>,
  patched: readonly (readonly [string, Json])[],
  rules: ListRules,
): JsonObject {
  for (const [name, value] of patched) {
    if (value === null) members.delete(name);
    else members.set(name, mergeValue(members.get(name), value, rules.members?.get(name) ?? {}));
  }
  return Object.fromEntries(members);
}

function mergeValue(target: Json | undefined, patch: Json, rules: ListRules): Json {
  if (isJsonObject(patch)) return strategicMergePatch(target, patch, rules);
  if (!isJsonList(patch)) return patch;
  const items = patch.filter((item) => textAt(item, DIRECTIVE) !== "replace");
  if (items.length < patch.length || rules.list === undefined) return items;
  return mergeLists(isJsonList(target) ? target : [], items, {
    rule: rules.list,
    isDeleted: (item) => textAt(item, DIRECTIVE) === "delete",
    merge: (old, item) => strategicMergePatch(old, item, {}),
  });
}

/** Kubernetes' clients send the names that one of several kinds of the same object may have. */
function retain(members: Map<string, Json>, patch: JsonObject): void {
  if (!Object.hasOwn(patch, RETAIN)) return;
  const names = patch[RETAIN];
  if (!isJsonList(names)) throw badRequest(`${RETAIN} must be a list of names`);
  const kept = new Set(names);
  for (const name of [...members.keys()]) if (!kept.has(name)) members.delete(name);
}

function directLists(object: JsonObject, patch: JsonObject, rules: ListRules): JsonObject {
  const members = new Map(Object.entries(object));
  for (const [directive, value] of Object.entries(patch)) {
    const prefix = [DELETE_FROM, ORDER].find((each) => directive.startsWith(each));
    if (prefix === undefined) continue;
    if (!isJsonList(value)) throw badRequest(`${directive} must be a list`);
    const name = directive.slice(prefix.length);
    const list = members.get(name);
    if (!isJsonList(list)) continue;
    const rule = rules.members?.get(name)?.list ?? { kind: "set" };
    members.set(name, prefix === ORDER ? ordered(list, value, rule) : withoutValues(list, value));
  }
  return Object.fromEntries(members);
}

function isDirective(name: string): boolean {
  return name === DIRECTIVE || name === RETAIN || name.startsWith(DELETE_FROM) || name.startsWith(ORDER);
}
