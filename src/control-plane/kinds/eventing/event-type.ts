/**
 * An EventType: a description of events that occur at a Broker, a channel or a source. Two versions with unlike specs:
 * v1beta2 has a member for each attribute it knows, v1beta3 a list of attributes.
 */
import { compileEventType } from "../../compile/compile-event-type.ts";
import { convertEventType, withReferenceNamespace } from "../../conversions/event-type.ts";
import { type PrinterColumn, READY_AND_REASON, type ResourceKind } from "../../kind.ts";
import { EVENT_TYPES } from "../../resource-names.ts";
import { listAt, objectAt, textAt } from "../../resources/json.ts";
import {
  flag,
  listOf,
  objectSchema,
  referenceSchema,
  statusMembers,
  struct,
  text,
} from "../../validation/common-schemas.ts";
import { missingFields } from "../../validation/field-error.ts";
import type { Schema } from "../../validation/schema.ts";

const REFERENCE_COLUMNS: readonly PrinterColumn[] = [
  { name: "Reference Name", type: "string", jsonPath: ".spec.reference.name" },
  { name: "Reference Kind", type: "string", jsonPath: ".spec.reference.kind" },
  { name: "Description", type: "string", jsonPath: ".spec.description" },
  ...READY_AND_REASON,
];

const DESCRIPTION = "Describes events that occur somewhere, for people and tools. It takes and delivers none.";

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
  schema: {
    description: DESCRIPTION,
    ...objectSchema({
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
  },
  printerColumns: [
    { name: "Type", type: "string", jsonPath: ".spec.type" },
    { name: "Source", type: "string", jsonPath: ".spec.source" },
    { name: "Schema", type: "string", jsonPath: ".spec.schema" },
    ...REFERENCE_COLUMNS,
  ],
  shapes: {
    other: {
      v1beta3: {
        schema: {
          description: DESCRIPTION,
          ...objectSchema({
            spec: struct({
              ...COMMON_MEMBERS,
              attributes: {
                ...listOf(struct({ name: text, required: flag, value: text }, ["name"])),
                description: "Attributes that such events have; type, source, specversion and id must be among them.",
              },
            }),
            status: struct(statusMembers),
          }),
        },
        printerColumns: [
          { name: "Type", type: "string", jsonPath: ".spec.attributes[?(@.name=='type')].value" },
          { name: "Source", type: "string", jsonPath: ".spec.attributes[?(@.name=='source')].value" },
          ...REFERENCE_COLUMNS,
        ],
      },
    },
    convert: convertEventType,
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
