/**
 * An EventType: a description of events that occur at a Broker, a channel or a source. Two versions with unlike specs:
 * v1beta2 has a member for each attribute it knows, v1beta3 a list of attributes.
 */

import { compileEventType, referenceOf } from "../compile/compile-event-type.ts";
import { type PrinterColumn, READY_AND_REASON, type ResourceKind } from "../kind.ts";
import { EVENT_TYPES } from "../resource-names.ts";
import { type Json, type JsonObject, listAt, objectAt, textAt, withMember } from "../resources/json.ts";
import { namespaceOf } from "../resources/metadata.ts";
import {
  flag,
  listOf,
  objectSchema,
  referenceSchema,
  statusMembers,
  struct,
  text,
} from "../validation/common-schemas.ts";
import { missingFields } from "../validation/field-error.ts";
import type { Schema } from "../validation/schema.ts";

const REFERENCE_COLUMNS: readonly PrinterColumn[] = [
  { name: "Reference Name", type: "string", jsonPath: ".spec.reference.name" },
  { name: "Reference Kind", type: "string", jsonPath: ".spec.reference.kind" },
  { name: "Description", type: "string", jsonPath: ".spec.description" },
  ...READY_AND_REASON,
];

const COMMON_MEMBERS: Readonly<Record<string, Schema>> = {
  reference: { ...referenceSchema, description: "Where such events occur, such as a Broker." },
  description: { ...text, description: "What the event means, for people." },
};

/** What v1beta3 must describe: the attributes that every event has. */
const REQUIRED_ATTRIBUTES = ["type", "source", "specversion", "id"];

export const eventTypeKind: ResourceKind = {
  ...EVENT_TYPES,
  kind: "EventType",
  versions: ["v1beta2", "v1beta3"],
  singular: "eventtype",
  shortNames: [],
  categories: ["all", "knative", "eventing"],
  namespaced: true,
  nameRule: "subdomain",
  hasStatus: true,
  schema: objectSchema({
    spec: struct({
      ...COMMON_MEMBERS,
      broker: { ...text, description: "Deprecated: the name of a Broker; reference says it better." },
      schema: { ...text, description: "URI of the schema of the data." },
      schemaData: { ...text, description: "The schema itself, in whatever notation." },
      source: { ...text, description: "Value of the attribute source." },
      type: { ...text, description: "Value of the attribute type." },
    }),
    status: struct(statusMembers),
  }),
  printerColumns: [
    { name: "Type", type: "string", jsonPath: ".spec.type" },
    { name: "Source", type: "string", jsonPath: ".spec.source" },
    { name: "Schema", type: "string", jsonPath: ".spec.schema" },
    ...REFERENCE_COLUMNS,
  ],
  shapes: {
    other: {
      v1beta3: {
        schema: objectSchema({
          spec: struct({
            ...COMMON_MEMBERS,
            attributes: {
              ...listOf(struct({ name: text, required: flag, value: text }, ["name"])),
              description: "Attributes that such events have; type, source, specversion and id must be among them.",
            },
          }),
          status: struct(statusMembers),
        }),
        printerColumns: [
          { name: "Type", type: "string", jsonPath: ".spec.attributes[?(@.name=='type')].value" },
          { name: "Source", type: "string", jsonPath: ".spec.attributes[?(@.name=='source')].value" },
          ...REFERENCE_COLUMNS,
        ],
      },
    },
    convert(object, version) {
      const spec = objectAt(object, "spec") ?? {};
      return withReferenceNamespace({ ...object, spec: version === "v1beta3" ? asAttributes(spec) : asMembers(spec) });
    },
  },
  applyDefaults: withReferenceNamespace,
  validate(object) {
    const spec = objectAt(object, "spec");
    if (textAt(object, "apiVersion")?.endsWith("/v1beta2")) {
      return (textAt(spec, "type") ?? "") === "" ? [missingFields("spec.type")] : [];
    }
    const described = new Set(listAt(spec, "attributes").map((attribute) => textAt(attribute, "name")));
    const missing = REQUIRED_ATTRIBUTES.filter((name) => !described.has(name));
    return missing.length === 0 ? [] : [missingFields(...missing.map((name) => `spec.attributes.${name}`))];
  },
  compile: compileEventType,
};

function withReferenceNamespace(object: JsonObject): JsonObject {
  const spec = objectAt(object, "spec");
  const reference = objectAt(spec, "reference");
  const namespace = textAt(reference, "namespace") || namespaceOf(object);
  if (spec === undefined || reference === undefined || namespace === "") return object;
  return { ...object, spec: withMember(spec, "reference", { ...reference, namespace }) };
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

function asMembers(spec: JsonObject): JsonObject {
  const described = listAt(spec, "attributes");
  const valueOf = (name: string) =>
    textAt(
      described.find((each) => textAt(each, "name") === name),
      "value",
    );
  const members: [string, string | undefined][] = [
    ["type", valueOf("type")],
    ["source", valueOf("source")],
    ["schema", valueOf("schemadata")],
  ];
  return { ...kept(spec), ...Object.fromEntries(members.filter((member) => member[1] !== undefined)) };
}

/** What both versions have. */
function kept(spec: JsonObject): JsonObject {
  const members: [string, Json | undefined][] = [
    ["reference", referenceOf(spec)],
    ["description", textAt(spec, "description")],
  ];
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
}

function attribute(name: string, required: boolean, value: string | undefined): JsonObject {
  return { name, required, ...(value === undefined ? {} : { value }) };
}
