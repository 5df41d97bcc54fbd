/** What every stored object carries under `metadata`, read from objects that were validated when they were written. */
import { type Json, type JsonObject, listAt, numberAt, objectAt, textAt, textsAt, withMember } from "./json.ts";

export function nameOf(object: JsonObject): string {
  return textAt(object, "metadata", "name") ?? "";
}

export function namespaceOf(object: JsonObject): string {
  return textAt(object, "metadata", "namespace") ?? "";
}

export function uidOf(object: JsonObject): string {
  return textAt(object, "metadata", "uid") ?? "";
}

export function generationOf(object: JsonObject): number {
  return numberAt(object, "metadata", "generation") ?? 0;
}

export function annotationOf(object: JsonObject, name: string): string | undefined {
  return textAt(object, "metadata", "annotations", name);
}

export function labelsOf(object: JsonObject): Readonly<Record<string, string>> {
  return textsAt(object, "metadata", "labels");
}

export function finalizersOf(object: JsonObject): readonly string[] {
  return listAt(object, "metadata", "finalizers").filter((entry) => typeof entry === "string");
}

export function isBeingDeleted(object: JsonObject): boolean {
  return textAt(object, "metadata", "deletionTimestamp") !== undefined;
}

/** What the generation counts: everything but metadata and status. */
export function contentOf(object: JsonObject): JsonObject {
  return withMember(withMember(object, "metadata", undefined), "status", undefined);
}

/** A copy with metadata members set; undefined removes one. */
export function withMetadata(object: JsonObject, changes: Readonly<Record<string, Json | undefined>>): JsonObject {
  let metadata = objectAt(object, "metadata") ?? {};
  for (const [name, value] of Object.entries(changes)) metadata = withMember(metadata, name, value);
  return { ...object, metadata };
}

/** Kubernetes times have seconds and a Z. */
export function timestamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
}
