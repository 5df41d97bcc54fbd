/**
 * Who manages what after a write: the writer takes what it changes, the server's defaults what they fill in, and nobody
 * keeps what is gone. A write that changes nothing leaves every entry and its time as they were.
 */
import type { JsonObject } from "../resources/json.ts";
import { difference, type FieldSet, intersection, isEmpty, NO_FIELDS, sameFields, union } from "./field-set.ts";
import { compareFields } from "./fields-of.ts";
import {
  DEFAULTS_MANAGER,
  fieldsIn,
  isByDefaults,
  isOf,
  type ManagerEntry,
  newEntry,
  type Writer,
  withEntries,
  withFields,
} from "./manager-entry.ts";
import { withinUpdateLimit } from "./update-limit.ts";

export interface Write {
  /** What is stored; undefined for a create. */
  readonly before: JsonObject | undefined;
  /** What the client asks for, before the server fills anything in. */
  readonly requested: JsonObject;
  /** What is to be stored. */
  readonly after: JsonObject;
  readonly writer: Writer;
  /** All that the configuration lists, when this is an apply: from now on exactly that is the writer's. */
  readonly applied: FieldSet | undefined;
}

/** The object to store, with its entries. */
export function recordWrite(write: Write, entries: readonly ManagerEntry[]): JsonObject {
  const { writer, after } = write;
  const net = compareFields(write.before ?? {}, after);
  const filled = intersection(net.changed, compareFields(write.requested, after).changed);
  const claimed = difference(net.changed, filled);
  const defaults: Writer = { ...writer, manager: DEFAULTS_MANAGER, operation: "Update" };
  const gone = union(net.changed, net.removed);
  const left = entries.flatMap((entry) => {
    if (isOf(entry, writer)) return [entry];
    return released(entry, isByDefaults(entry) ? union(claimed, net.removed) : gone);
  });
  const settled = settle(left, { writer, claimed, removed: net.removed, applied: write.applied });
  const recorded = settle(settled, { writer: defaults, claimed: filled, removed: NO_FIELDS, applied: undefined });
  return withEntries(after, withinUpdateLimit(recorded));
}

interface Claim {
  readonly writer: Writer;
  readonly claimed: FieldSet;
  readonly removed: FieldSet;
  readonly applied: FieldSet | undefined;
}

/** The writer's own entry after its write. */
function settle(entries: readonly ManagerEntry[], claim: Claim): readonly ManagerEntry[] {
  const { writer, claimed } = claim;
  const index = entries.findIndex((entry) => isOf(entry, writer));
  const entry = entries[index];
  if (entry === undefined) {
    const fields = claim.applied ?? claimed;
    return isEmpty(fields) ? entries : [...entries, newEntry(writer, fields)];
  }
  if (claim.applied === undefined && isEmpty(claimed)) {
    return entries.toSpliced(index, 1, ...released(entry, claim.removed));
  }
  const before = fieldsIn(entry);
  const fields = claim.applied ?? union(difference(before, claim.removed), claimed);
  if (isEmpty(fields)) return entries.toSpliced(index, 1);
  if (isEmpty(claimed) && sameFields(fields, before)) return entries;
  return entries.with(index, newEntry(writer, fields));
}

/** The entry without some fields; none when nothing is left. Most entries of an object are not concerned by a write. */
function released(entry: ManagerEntry, gone: FieldSet): readonly ManagerEntry[] {
  if (!mayMeet(entry, gone)) return [entry];
  const before = fieldsIn(entry);
  const fields = difference(before, gone);
  if (isEmpty(fields)) return [];
  return sameFields(fields, before) ? [entry] : [withFields(entry, fields)];
}

/** Cheap: looks at the outermost names alone, so that a status is written without parsing what is said about specs. */
function mayMeet(entry: ManagerEntry, set: FieldSet): boolean {
  const fields = entry.fieldsV1;
  if (typeof fields !== "object" || fields === null) return true;
  return [...set.children.keys()].some((element) => Object.hasOwn(fields, element));
}
