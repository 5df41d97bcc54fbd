/** What a Trigger lets pass, from its manifest into the form that its channel keeps. */
import type { FilterClause, FilterExpression } from "../../core/filters/filter-expression.ts";
import { type Json, type JsonObject, listAt, textAt, textsAt, valueAt } from "../resources/json.ts";

/** `filters` with an entry wins over `filter`; without either everything passes. */
export function triggerFilter(trigger: JsonObject): FilterExpression {
  const filters = listAt(trigger, "spec", "filters");
  if (filters.length > 0) return { kind: "filters", filters: filterClauses(filters) };
  const attributes = textsAt(trigger, "spec", "filter", "attributes");
  return Object.keys(attributes).length === 0 ? { kind: "everything" } : { kind: "attributes", attributes };
}

/** The entries of any resource's `filters`. */
export function filterClauses(entries: readonly Json[]): readonly FilterClause[] {
  return entries.map(filterClause);
}

/** Validation has seen to it that an entry has one dialect at most, of the right type. */
function filterClause(entry: Json): FilterClause {
  for (const dialect of ["exact", "prefix", "suffix"] as const) {
    if (isSet(entry, dialect)) return { kind: dialect, attributes: textsAt(entry, dialect) };
  }
  for (const dialect of ["all", "any"] as const) {
    if (isSet(entry, dialect)) return { kind: dialect, filters: filterClauses(listAt(entry, dialect)) };
  }
  if (isSet(entry, "not")) return { kind: "not", filter: filterClause(valueAt(entry, "not") ?? null) };
  const expression = textAt(entry, "cesql");
  return expression === undefined ? { kind: "blank" } : { kind: "cesql", expression };
}

function isSet(entry: Json, dialect: string): boolean {
  return (valueAt(entry, dialect) ?? null) !== null;
}
