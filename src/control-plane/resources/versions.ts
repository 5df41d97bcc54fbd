/**
 * The versions of a kind. An object rests in the version it was last written in and is converted when it is read in
 * another, so nothing is lost to clients that stay with one version.
 */
import type { PrinterColumn, ResourceKind } from "../kind.ts";
import type { StructSchema } from "../validation/schema.ts";
import { type JsonObject, textAt } from "./json.ts";

/** The object as clients of this version see it. */
export function inVersion(kind: ResourceKind, object: JsonObject, version: string): JsonObject {
  const apiVersion = apiVersionOf(kind, version);
  if (textAt(object, "apiVersion") === apiVersion) return object;
  return { ...(kind.shapes?.convert(object, version) ?? object), apiVersion };
}

/** `v1`, `eventing.knative.dev/v1` */
export function apiVersionOf(resource: { readonly group: string }, version: string): string {
  return resource.group === "" ? version : `${resource.group}/${version}`;
}

export function schemaIn(kind: ResourceKind, version: string): StructSchema {
  return shapeOf(kind, version).schema;
}

export function columnsIn(kind: ResourceKind, version: string): readonly PrinterColumn[] {
  return shapeOf(kind, version).printerColumns;
}

function shapeOf(kind: ResourceKind, version: string): Pick<ResourceKind, "schema" | "printerColumns"> {
  const other = kind.shapes?.other ?? {};
  return (Object.hasOwn(other, version) ? other[version] : undefined) ?? kind;
}
