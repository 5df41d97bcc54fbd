/**
 * The versions of a kind. An object rests in the version it was last written in and is converted when it is read in
 * another, so nothing is lost to clients that stay with one version.
 */
import type { PrinterColumn, ResourceKind } from "../kind.ts";
import type { StructSchema } from "../validation/schema.ts";
import { type JsonObject, objectAt, sameJson, textAt, withMember } from "./json.ts";
import { contentOf } from "./metadata.ts";

/** The object as clients of this version see it. */
export function inVersion(kind: ResourceKind, object: JsonObject, version: string): JsonObject {
  const apiVersion = apiVersionOf(kind, version);
  if (textAt(object, "apiVersion") === apiVersion) return object;
  return { ...(kind.shapes?.convert(object, version) ?? object), apiVersion };
}

/**
 * What to store of a write to the object as it was seen: when metadata or status alone changed, the rest stays in the
 * version it rests in. So a label that is set through one version costs nothing that only the other can say.
 */
export function atRest(written: JsonObject, seen: JsonObject, stored: JsonObject): JsonObject {
  const isSameVersion = textAt(written, "apiVersion") === textAt(stored, "apiVersion");
  if (isSameVersion || !sameJson(contentOf(written), contentOf(seen))) return written;
  const metadata = objectAt(written, "metadata") ?? {};
  return withMember({ ...stored, metadata }, "status", objectAt(written, "status"));
}

/** `v1`, `eventing.knative.dev/v1` */
export function apiVersionOf(resource: { readonly group: string }, version: string): string {
  return resource.group === "" ? version : `${resource.group}/${version}`;
}

type Shaped = Pick<ResourceKind, "schema" | "printerColumns" | "shapes">;

export function schemaIn(kind: Shaped, version: string): StructSchema {
  return shapeOf(kind, version).schema;
}

export function columnsIn(kind: Shaped, version: string): readonly PrinterColumn[] {
  return shapeOf(kind, version).printerColumns;
}

function shapeOf(kind: Shaped, version: string): Omit<Shaped, "shapes"> {
  const other = kind.shapes?.other ?? {};
  return (Object.hasOwn(other, version) ? other[version] : undefined) ?? kind;
}
