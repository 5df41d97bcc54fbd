/** The schemas of an OpenAPI document: every kind and its list, and what they share. */
import type { ServedResource } from "../discovery/served-resources.ts";
import { type JsonObject, objectAt } from "../resources/json.ts";
import { API_VERSION, flag, KIND, metadataSchema, struct, text } from "../validation/common-schemas.ts";
import { schemaJson } from "./schema-json.ts";
import { DELETE_OPTIONS, LIST_META, listSchemaName, OBJECT_META, STATUS, schemaName } from "./schema-names.ts";

/** How a document refers to a schema of its own, beside a description. */
export type Reference = (name: string) => JsonObject;

/** By name. */
export function schemaComponents(resources: readonly ServedResource[], refer: Reference): JsonObject {
  const kinds = resources.flatMap((resource): [string, JsonObject][] => {
    const kind: [string, JsonObject] = [schemaName(resource), kindSchema(resource, refer)];
    return hasList(resource) ? [kind, [listSchemaName(resource), listSchema(resource, refer)]] : [kind];
  });
  return { ...Object.fromEntries(kinds), ...COMMON };
}

function hasList(resource: ServedResource): boolean {
  return resource.verbs.includes("list");
}

function kindSchema(resource: ServedResource, refer: Reference): JsonObject {
  const schema = schemaJson(resource.schema);
  const description = "Name, labels, annotations and what the server keeps of the object.";
  const metadata = { description, ...refer(OBJECT_META) };
  return {
    ...schema,
    properties: { ...objectAt(schema, "properties"), metadata },
    "x-kubernetes-group-version-kind": [groupVersionKind(resource)],
  };
}

function listSchema(resource: ServedResource, refer: Reference): JsonObject {
  const { group, version, kind } = resource;
  return {
    type: "object",
    description: `A list of ${kind} objects.`,
    required: ["items"],
    properties: {
      apiVersion: schemaJson(API_VERSION),
      kind: schemaJson(KIND),
      metadata: { description: "The version of the list, and where its next page begins.", ...refer(LIST_META) },
      items: { type: "array", items: refer(schemaName(resource)) },
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind: `${kind}List` }],
  };
}

export function groupVersionKind({ group, version, kind }: ServedResource): JsonObject {
  return { group, version, kind };
}

const listMeta = struct({
  resourceVersion: text,
  continue: text,
  remainingItemCount: { type: "integer", format: "int64" },
});

const deleteOptions = struct({
  apiVersion: text,
  kind: text,
  dryRun: { type: "array", items: text },
  gracePeriodSeconds: { type: "integer", format: "int64" },
  orphanDependents: flag,
  preconditions: struct({ uid: text, resourceVersion: text }),
  propagationPolicy: text,
});

const status = struct({
  apiVersion: text,
  kind: text,
  status: { type: "string", description: "Success or Failure." },
  message: text,
  reason: text,
  code: { type: "integer", format: "int32", description: "The HTTP code of the answer." },
  details: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
});

const COMMON: JsonObject = {
  [OBJECT_META]: schemaJson(metadataSchema),
  [LIST_META]: schemaJson(listMeta),
  [DELETE_OPTIONS]: schemaJson(deleteOptions),
  [STATUS]: schemaJson(status),
};
