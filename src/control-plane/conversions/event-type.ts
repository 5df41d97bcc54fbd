/** EventTypes from v1beta2, with a member for each attribute it knows, to v1beta3, with a list of attributes, and back. */
import { type Json, type JsonObject, listAt, objectAt, textAt, withMember } from "../resources/json.ts";
import { namespaceOf } from "../resources/metadata.ts";

export function convertEventType(object: JsonObject, version: string): JsonObject {
  const spec = objectAt(object, "spec") ?? {};
  return withReferenceNamespace({ ...object, spec: version === "v1beta3" ? asAttributes(spec) : asMembers(spec) });
}

/** The default of both versions: a reference is to the EventType's own namespace. */
export function withReferenceNamespace(object: JsonObject): JsonObject {
  const spec = objectAt(object, "spec");
  const reference = objectAt(spec, "reference");
  const namespace = textAt(reference, "namespace") || namespaceOf(object);
  if (spec === undefined || reference === undefined || namespace === "") return object;
  return { ...object, spec: withMember(spec, "reference", { ...reference, namespace }) };
}

/** What the EventType belongs to; v1beta2 may name a Broker instead. */
export function referenceOf(spec: JsonObject | undefined): JsonObject | undefined {
  const reference = objectAt(spec, "reference");
  if (reference !== undefined && Object.keys(reference).length > 0) return reference;
  const broker = textAt(spec, "broker") ?? "";
  return broker === "" ? undefined : { apiVersion: "eventing.knative.dev/v1", kind: "Broker", name: broker };
}

/** v1beta2 to v1beta3. What v1beta2 has no member for is described as far as every event has it. */
function asAttributes(spec: JsonObject): JsonObject {
  const attributes: JsonObject[] = [
    attribute("type", true, textAt(spec, "type")),
    attribute("source", true, textAt(spec, "source")),
    attribute("specversion", true, "1.0"),
    attribute("id", true, undefined),
  ];
  const schema = textAt(spec, "schema");
  if (schema !== undefined) attributes.push(attribute("schemadata", false, schema));
  return { ...kept(spec), attributes };
}

/** v1beta3 to v1beta2. */
function asMembers(spec: JsonObject): JsonObject {
  const described = new Map(listAt(spec, "attributes").map((each) => [textAt(each, "name"), textAt(each, "value")]));
  const members = { type: described.get("type"), source: described.get("source"), schema: described.get("schemadata") };
  return { ...kept(spec), ...present(members) };
}

/** What both versions have. */
function kept(spec: JsonObject): JsonObject {
  return present({ reference: referenceOf(spec), description: textAt(spec, "description") });
}

function attribute(name: string, required: boolean, value: string | undefined): JsonObject {
  return present({ name, required, value });
}

function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
