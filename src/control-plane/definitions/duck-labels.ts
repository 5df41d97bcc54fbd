/** Labels by which clients such as `kn` find kinds of one shape: what can be addressed, what sends, what can be subscribed to. */
import type { ResourceKind } from "../kind.ts";
import type { StructSchema } from "../validation/schema.ts";

const SOURCES_GROUP = "sources.knative.dev";
const MESSAGING_GROUP = "messaging.knative.dev";

export function duckLabels(kind: ResourceKind): Readonly<Record<string, string>> {
  const isAddressable = hasMember(kind.schema, "status", "address");
  return {
    "knative.dev/crd-install": "true",
    ...(isAddressable ? { "duck.knative.dev/addressable": "true" } : {}),
    ...(isAddressable && kind.group === MESSAGING_GROUP ? { "messaging.knative.dev/subscribable": "true" } : {}),
    ...(kind.group === SOURCES_GROUP
      ? { "duck.knative.dev/source": "true", "eventing.knative.dev/source": "true" }
      : {}),
    ...(hasMember(kind.schema, "spec", "subject") ? { "duck.knative.dev/binding": "true" } : {}),
  };
}

function hasMember(schema: StructSchema, section: "spec" | "status", name: string): boolean {
  const members = schema.properties[section];
  return members !== undefined && "properties" in members && Object.hasOwn(members.properties, name);
}
