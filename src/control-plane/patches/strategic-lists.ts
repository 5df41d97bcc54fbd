/** How lists merge in a strategic merge patch. */
import { isJsonObject, type Json, type JsonObject, valueAt } from "../resources/json.ts";
import { badRequest } from "../resources/refusal.ts";
import type { ListRule } from "./list-rules.ts";

export interface ListMerge {
  readonly rule: ListRule;
  readonly isDeleted: (item: JsonObject) => boolean;
  readonly merge: (old: Json | undefined, item: JsonObject) => Json;
}

/** The list's items with the patch's ones merged into them; new ones come at the end. */
export function mergeLists(list: readonly Json[], patch: readonly Json[], how: ListMerge): readonly Json[] {
  const { rule } = how;
  const merged = new Map(list.map((item) => [identityOf(item, rule), item]));
  for (const item of patch) {
    const identity = identityOf(item, rule);
    if (!isJsonObject(item)) merged.set(identity, item);
    else if (how.isDeleted(item)) merged.delete(identity);
    else merged.set(identity, how.merge(merged.get(identity), item));
  }
  return [...merged.values()];
}

export function withoutValues(list: readonly Json[], values: readonly Json[]): readonly Json[] {
  const gone = new Set(values.map((value) => JSON.stringify(value)));
  return list.filter((item) => !gone.has(JSON.stringify(item)));
}

/** Items that the order names take the places of such items, in its order; the others keep theirs. */
export function ordered(list: readonly Json[], order: readonly Json[], rule: ListRule): readonly Json[] {
  const byIdentity = new Map(list.map((item) => [identityOf(item, rule), item]));
  const named = [...new Set(order.map((item) => identityOf(item, rule)))].filter((each) => byIdentity.has(each));
  const places = new Set(named);
  const next = named.map((identity) => byIdentity.get(identity) ?? null).values();
  return list.map((item) => (places.has(identityOf(item, rule)) ? (next.next().value ?? item) : item));
}

function identityOf(item: Json, rule: ListRule): string {
  if (rule.kind === "set") return JSON.stringify(item);
  const key = valueAt(item, rule.key);
  if (key === undefined) throw badRequest(`an item of the list has no ${rule.key}, which tells its items apart`);
  return JSON.stringify(key);
}
