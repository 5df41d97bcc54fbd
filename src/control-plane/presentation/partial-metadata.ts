/** An object's metadata without the rest of it. */
import { type JsonObject, objectAt } from "../resources/json.ts";
import { withMetadata } from "../resources/metadata.ts";
import type { MetaVersion } from "./representation.ts";

export function partialMetadata(object: JsonObject, version: MetaVersion): JsonObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: objectAt(object, "metadata") ?? {},
  };
}

/** Who manages which field can be longer than all the rest, and no table shows it. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  return withMetadata(object, { managedFields: undefined });
}
