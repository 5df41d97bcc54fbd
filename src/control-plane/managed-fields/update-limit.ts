/** How many entries of operation Update an object keeps: anybody may write under any name. */
import { type JsonObject, textAt } from "../resources/json.ts";
import { NO_FIELDS, union } from "./field-set.ts";
import { CONTROLLER_MANAGER, DEFAULTS_MANAGER, fieldsIn, type ManagerEntry, withFields } from "./manager-entry.ts";

/** As in Kubernetes. What applies is counted by nobody: its entries say what it may take away again. */
const MAX_UPDATE_ENTRIES = 10;
/** Takes over the fields of the oldest ones. */
const ANCIENT_MANAGER = "ancient-changes";
/** Writers of our own: two entries, and what they hold must not be taken for a person's. */
const NOT_COUNTED: readonly (string | undefined)[] = [DEFAULTS_MANAGER, CONTROLLER_MANAGER];

export function withinUpdateLimit(entries: readonly ManagerEntry[]): readonly ManagerEntry[] {
  const updates = entries.filter(isCounted).sort(olderFirst);
  const excess = updates.length - MAX_UPDATE_ENTRIES;
  if (excess <= 0) return entries;
  const ancient = updates.find((entry) => textAt(entry, "manager") === ANCIENT_MANAGER);
  const others = updates.filter((entry) => entry !== ancient);
  // Where there is no entry for the ancient yet, it takes a place itself.
  const merged = others.slice(0, ancient === undefined ? excess + 1 : excess);
  const all = ancient === undefined ? merged : [ancient, ...merged];
  const fields = all.map(fieldsIn).reduce(union, NO_FIELDS);
  const newest: JsonObject = all.at(-1) ?? {};
  const kept = entries.filter((entry) => !all.includes(entry));
  return [...kept, withoutSubresource(withFields({ ...newest, manager: ANCIENT_MANAGER }, fields))];
}

function isCounted(entry: ManagerEntry): boolean {
  return textAt(entry, "operation") === "Update" && !NOT_COUNTED.includes(textAt(entry, "manager"));
}

function olderFirst(a: ManagerEntry, b: ManagerEntry): number {
  return (textAt(a, "time") ?? "") < (textAt(b, "time") ?? "") ? -1 : 1;
}

/** It holds fields of all of them. */
function withoutSubresource(entry: ManagerEntry): ManagerEntry {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== "subresource"));
}
