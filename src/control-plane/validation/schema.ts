/**
 * The part of JSON schema that Kubernetes' structural schemas use, and decoding against it: unknown fields are
 * reported and pruned, null members dropped, wrong types reported in Kubernetes' words. Schemas are plain data, so that
 * the OpenAPI documents are made of the same values.
 */
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../resources/json.ts";
import { type StatusCause, unsupportedValue } from "../resources/refusal.ts";

export type Schema =
  | StructSchema
  | { readonly type: "object"; readonly description?: string; readonly additionalProperties: Schema }
  | { readonly type: "object"; readonly description?: string; readonly "x-kubernetes-preserve-unknown-fields": true }
  | { readonly type: "array"; readonly description?: string; readonly items: Schema; readonly minItems?: number }
  | {
      readonly type: "string";
      readonly description?: string;
      readonly enum?: readonly string[];
      /** As Kubernetes writes it of a port that is a number or a name. */
      readonly format?: "int-or-string";
    }
  | { readonly type: "integer"; readonly description?: string; readonly format: "int32" | "int64" }
  | { readonly type: "boolean"; readonly description?: string };

export interface StructSchema {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Members that are not listed are kept as they are, and are no unknown fields. */
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
}

export interface Decoded {
  readonly value: JsonObject;
  /** Paths of fields the schema does not know, in the order they were found. */
  readonly unknownFields: readonly string[];
  readonly causes: readonly StatusCause[];
}

const INT32_LIMIT = 2 ** 31;

/** Decodes an object; the caller decides what unknown fields mean. */
export function decodeObject(value: JsonObject, schema: StructSchema): Decoded {
  const findings: Findings = { unknownFields: [], causes: [] };
  const decoded = decodeStruct(value, schema, { path: "", findings });
  return { value: decoded, ...findings };
}

interface Findings {
  readonly unknownFields: string[];
  readonly causes: StatusCause[];
}

interface Place {
  readonly path: string;
  readonly findings: Findings;
}

function decode(value: Json, schema: Schema, place: Place): Json {
  switch (schema.type) {
    case "object":
      if (!isJsonObject(value)) return wrongType(value, "object", place);
      if ("properties" in schema) return decodeStruct(value, schema, place);
      if ("additionalProperties" in schema) return decodeMap(value, schema.additionalProperties, place);
      return value;
    case "array":
      if (!isJsonList(value)) return wrongType(value, "array", place);
      if (value.length < (schema.minItems ?? 0)) {
        refuse(
          place,
          "FieldValueInvalid",
          `Invalid value: ${value.length}: ${place.path} in body should have at least ${schema.minItems} items`,
        );
      }
      return value.map((item, index) => decode(item, schema.items, { ...place, path: `${place.path}[${index}]` }));
    case "string":
      if (schema.format === "int-or-string" && typeof value === "number" && Number.isInteger(value)) return value;
      if (typeof value !== "string") return wrongType(value, "string", place);
      if (schema.enum !== undefined && !schema.enum.includes(value)) {
        refuse(place, "FieldValueNotSupported", unsupportedValue(value, schema.enum));
      }
      return value;
    case "integer":
      if (typeof value !== "number" || !Number.isInteger(value)) return wrongType(value, "integer", place);
      if (schema.format === "int32" && (value < -INT32_LIMIT || value >= INT32_LIMIT)) {
        refuse(
          place,
          "FieldValueTypeInvalid",
          `Invalid value: ${value}: ${place.path} in body must be of type int32: "int64"`,
        );
      }
      return value;
    case "boolean":
      return typeof value === "boolean" ? value : wrongType(value, "boolean", place);
    default:
      return schema satisfies never;
  }
}

function decodeStruct(value: JsonObject, schema: StructSchema, place: Place): JsonObject {
  const known: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const memberSchema = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (memberSchema === undefined) {
      if (schema["x-kubernetes-preserve-unknown-fields"]) known.push([name, member]);
      else place.findings.unknownFields.push(path);
    } else if (member !== null) known.push([name, decode(member, memberSchema, { ...place, path })]);
  }
  const present = new Set(known.map(([name]) => name));
  for (const name of schema.required ?? []) {
    if (present.has(name)) continue;
    const path = place.path === "" ? name : `${place.path}.${name}`;
    refuse({ ...place, path }, "FieldValueRequired", "Required value");
  }
  return Object.fromEntries(known);
}

function decodeMap(value: JsonObject, schema: Schema, place: Place): JsonObject {
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => [name, decode(member, schema, { ...place, path: `${place.path}.${name}` })]),
  );
}

/** Names types only, never values: this text goes into answers and a Secret's values must not. */
function wrongType(value: Json, expected: string, place: Place): Json {
  const found = typeName(value);
  refuse(
    place,
    "FieldValueTypeInvalid",
    `Invalid value: ${JSON.stringify(found)}: ${place.path} in body must be of type ${expected}: ${JSON.stringify(found)}`,
  );
  return value;
}

function refuse(place: Place, reason: string, message: string): void {
  place.findings.causes.push({ reason, message, field: place.path });
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (isJsonList(value)) return "array";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}
