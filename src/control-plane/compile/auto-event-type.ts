/**
 * The EventType that appears by itself for events of a type and source that came to a Broker or a channel, as Knative makes it:
 * under a name that the same events always lead to.
 */
import type { SeenType } from "../../core/seen-types.ts";
import { EVENT_TYPES } from "../resource-names.ts";
import { type JsonObject, textAt } from "../resources/json.ts";
import { nameOf, namespaceOf, uidOf } from "../resources/metadata.ts";
import { apiVersionOf } from "../resources/versions.ts";
import { MAX_SUBDOMAIN } from "../validation/metadata-rules.ts";

/** What its name ends with is the MD5 of this, in hex. */
export function eventTypeDigestInput({ type, source }: SeenType, owner: JsonObject): string {
  return type + source + namespaceOf(owner) + nameOf(owner);
}

export function autoEventType(seen: SeenType, owner: JsonObject, digest: string): JsonObject {
  const reference = {
    apiVersion: textAt(owner, "apiVersion") ?? "",
    kind: textAt(owner, "kind") ?? "",
    name: nameOf(owner),
  };
  return {
    apiVersion: apiVersionOf(EVENT_TYPES, "v1beta3"),
    kind: "EventType",
    metadata: {
      name: autoEventTypeName(nameOf(owner), digest),
      namespace: namespaceOf(owner),
      ownerReferences: [{ ...reference, uid: uidOf(owner) }],
    },
    spec: {
      reference: { ...reference, namespace: namespaceOf(owner) },
      description: "Event Type auto-created by controller",
      attributes: [
        { name: "type", required: true, value: seen.type },
        { name: "source", required: true, value: seen.source },
        { name: "schemadata", required: true, ...(seen.dataschema === undefined ? {} : { value: seen.dataschema }) },
        { name: "specversion", required: true, value: "1.0" },
        { name: "id", required: false },
      ],
    },
  };
}

function autoEventTypeName(owner: string, digest: string): string {
  const room = MAX_SUBDOMAIN - "et--".length - digest.length;
  return `et-${owner.slice(0, room)}-${digest}`;
}
