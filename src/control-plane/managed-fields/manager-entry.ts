/** `metadata.managedFields`: one entry for each manager, way of writing and subresource. */
import { isJsonObject, type Json, type JsonObject, listAt, sameJson, textAt, valueAt } from "../resources/json.ts";
import { withMetadata } from "../resources/metadata.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldsV1, parseFieldsV1 } from "./fields-v1.ts";

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: "main" | "status";
  /** As Kubernetes writes times. */
  readonly time: string;
}

/** An entry as it is stored; `fieldsV1` is parsed only where it matters. */
export type ManagerEntry = JsonObject;

/** Fills in what clients leave out. Its fields give way to everybody. */
export const DEFAULTS_MANAGER = "sluice-defaults";
/** Writes statuses. */
export const CONTROLLER_MANAGER = "sluice-controller";

/** Longest name of a manager, as in Kubernetes. */
export const MAX_MANAGER_LENGTH = 128;

export function entriesOf(object: JsonObject): readonly ManagerEntry[] {
  return listAt(object, "metadata", "managedFields").filter(isJsonObject);
}

export function withEntries(object: JsonObject, entries: readonly ManagerEntry[]): JsonObject {
  return withMetadata(object, { managedFields: entries.length === 0 ? undefined : entries });
}

/** Versions of a kind share their fields, so a writer that changes to another stays the same one. */
export function isOf(entry: ManagerEntry, writer: Writer): boolean {
  return (
    textAt(entry, "manager") === writer.manager &&
    textAt(entry, "operation") === writer.operation &&
    (textAt(entry, "subresource") ?? "") === subresourceText(writer)
  );
}

export function isByDefaults(entry: ManagerEntry): boolean {
  return textAt(entry, "manager") === DEFAULTS_MANAGER;
}

export function fieldsIn(entry: ManagerEntry): FieldSet {
  return parseFieldsV1(valueAt(entry, "fieldsV1"));
}

export function withFields(entry: ManagerEntry, fields: FieldSet): ManagerEntry {
  return { ...entry, fieldsV1: fieldsV1(fields) };
}

export function newEntry(writer: Writer, fields: FieldSet): ManagerEntry {
  const subresource = subresourceText(writer);
  return {
    apiVersion: writer.apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: fieldsV1(fields),
    manager: writer.manager,
    operation: writer.operation,
    ...(subresource === "" ? {} : { subresource }),
    time: writer.time,
  };
}

/**
 * The entries that a write starts from. Clients may edit them and reset them with one empty entry; sending none keeps
 * what is stored, so that clients which know nothing of them lose nothing.
 */
export function entriesToStartFrom(requested: JsonObject, stored: JsonObject): readonly ManagerEntry[] {
  const sent = listAt(requested, "metadata", "managedFields");
  if (sent.length === 0) return entriesOf(stored);
  return isReset(sent) ? [] : sent.filter(isJsonObject);
}

/** One empty entry. */
export function isReset(sent: readonly Json[]): boolean {
  return sent.length === 1 && sameJson(sent[0], {});
}

function subresourceText(writer: Writer): string {
  return writer.subresource === "main" ? "" : writer.subresource;
}
