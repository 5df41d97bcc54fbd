/** The configuration of a server-side apply, before it meets an object. */
import { type Decoded, decodeRequest } from "../resources/admission.ts";
import { type JsonObject, valueAt, withMember } from "../resources/json.ts";
import { nameOf, withMetadata } from "../resources/metadata.ts";
import { badRequest } from "../resources/refusal.ts";
import type { WriteRequest } from "./write-request.ts";

/**
 * The name may be left to the URL. `isPartial` where the configuration is merged into an object; a new object has
 * nothing else.
 */
export function decodeConfiguration(
  request: WriteRequest,
  configuration: JsonObject,
  how: { readonly name: string; readonly isPartial: boolean },
): Decoded {
  if (valueAt(configuration, "metadata", "managedFields") !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const { scope, options } = request;
  const { name, isPartial } = how;
  const decoded = decodeRequest({ ...scope, ...options, incoming: configuration, isPartial });
  return nameOf(decoded.object) === "" ? { ...decoded, object: withMetadata(decoded.object, { name }) } : decoded;
}

/** What the subresource takes of it: only that becomes the manager's. */
export function applicableOf(configuration: JsonObject, subresource: "main" | "status"): JsonObject {
  if (subresource === "main") return withMember(configuration, "status", undefined);
  const taken = ["apiVersion", "kind", "status"];
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => taken.includes(name)));
}
