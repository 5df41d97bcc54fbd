/** The configuration of a server-side apply, before it meets an object. */
import { type Decoded, decodeRequest } from "./admission.ts";
import { type JsonObject, valueAt, withMember } from "./json.ts";
import { badRequest } from "./refusal.ts";
import type { WriteRequest } from "./write-request.ts";

/** `isPartial` where it is merged into an object; a new object has nothing else. */
export function decodeConfiguration(
  request: WriteRequest,
  configuration: JsonObject,
  how: { readonly isPartial: boolean },
): Decoded {
  if (valueAt(configuration, "metadata", "managedFields") !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const { scope, options } = request;
  return decodeRequest({ ...scope, incoming: configuration, fieldValidation: options.fieldValidation, ...how });
}

/** What the subresource takes of it: only that becomes the manager's. */
export function applicableOf(configuration: JsonObject, subresource: "main" | "status"): JsonObject {
  if (subresource === "main") return withMember(configuration, "status", undefined);
  const taken = ["apiVersion", "kind", "status"];
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => taken.includes(name)));
}
