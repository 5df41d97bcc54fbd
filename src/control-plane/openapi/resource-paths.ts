/** The paths of a resource in an OpenAPI document: clients look there for what each verb takes. */
import type { ServedResource, Verb } from "../discovery/served-resources.ts";
import type { JsonObject } from "../resources/json.ts";
import { apiVersionOf } from "../resources/versions.ts";
import { groupVersionKind, type Reference } from "./schema-components.ts";
import { DELETE_OPTIONS, listSchemaName, STATUS, schemaName } from "./schema-names.ts";

/** Pairs of a path and what is there. */
export function resourcePaths(resource: ServedResource, refer: Reference): readonly [string, JsonObject][] {
  const root = resource.group === "" ? "api" : "apis";
  const base = `/${root}/${apiVersionOf(resource, resource.version)}`;
  const { plural, namespaced } = resource;
  const collection = namespaced ? `${base}/namespaces/{namespace}/${plural}` : `${base}/${plural}`;
  const place = namespaced ? ["namespace"] : [];
  const paths: [string, JsonObject | undefined][] = [
    [collection, pathItem(resource, { operations: COLLECTION, parameters: place, refer })],
    [`${collection}/{name}`, pathItem(resource, { operations: OBJECT, parameters: [...place, "name"], refer })],
  ];
  if (namespaced) paths.push([`${base}/${plural}`, pathItem(resource, { operations: [LIST], parameters: [], refer })]);
  if (resource.hasStatus) {
    const parameters = [...place, "name"];
    paths.push([`${collection}/{name}/status`, pathItem(resource, { operations: OBJECT_STATUS, parameters, refer })]);
  }
  return paths.flatMap(([path, item]) => (item === undefined ? [] : [[path, item]]));
}

interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  readonly verb: Verb;
  readonly query: readonly string[];
  readonly body: "none" | "object" | "patch" | "delete-options";
  readonly answer: "object" | "list" | "status";
}

const SELECTION = ["labelSelector", "fieldSelector", "limit", "continue"];
const WRITING = ["dryRun", "fieldManager", "fieldValidation"];

const LIST: Operation = {
  method: "get",
  verb: "list",
  query: [
    ...SELECTION,
    "resourceVersion",
    "resourceVersionMatch",
    "watch",
    "allowWatchBookmarks",
    "sendInitialEvents",
    "timeoutSeconds",
  ],
  body: "none",
  answer: "list",
};
const GET: Operation = { method: "get", verb: "get", query: [], body: "none", answer: "object" };
const UPDATE: Operation = { method: "put", verb: "update", query: WRITING, body: "object", answer: "object" };
const PATCH: Operation = {
  method: "patch",
  verb: "patch",
  query: [...WRITING, "force"],
  body: "patch",
  answer: "object",
};

const COLLECTION: readonly Operation[] = [
  LIST,
  { method: "post", verb: "create", query: WRITING, body: "object", answer: "object" },
  {
    method: "delete",
    verb: "deletecollection",
    query: ["dryRun", ...SELECTION],
    body: "delete-options",
    answer: "list",
  },
];
const OBJECT_STATUS: readonly Operation[] = [GET, UPDATE, PATCH];
const OBJECT: readonly Operation[] = [
  ...OBJECT_STATUS,
  {
    method: "delete",
    verb: "delete",
    query: ["dryRun", "gracePeriodSeconds", "propagationPolicy"],
    body: "delete-options",
    answer: "status",
  },
];

/** What the parameters that are no text are. */
const PARAMETER_TYPES: ReadonlyMap<string, string> = new Map([
  ["limit", "integer"],
  ["timeoutSeconds", "integer"],
  ["gracePeriodSeconds", "integer"],
  ["force", "boolean"],
  ["watch", "boolean"],
  ["allowWatchBookmarks", "boolean"],
  ["sendInitialEvents", "boolean"],
]);

/**
 * Without strategic merge patches, which core kinds take: the schemas say nothing of how lists merge, and where they are
 * named kubectl makes such patches from the schemas instead of from what it knows of core kinds.
 */
const PATCH_TYPES = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];

interface PathOptions {
  readonly operations: readonly Operation[];
  readonly parameters: readonly string[];
  readonly refer: Reference;
}

/** Undefined where the resource has none of the verbs. */
function pathItem(resource: ServedResource, options: PathOptions): JsonObject | undefined {
  const offered = options.operations.filter(({ verb }) => resource.verbs.includes(verb));
  if (offered.length === 0) return undefined;
  const parameters = options.parameters.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const operations = offered.map((operation) => [operation.method, operationJson(resource, operation, options.refer)]);
  return { ...(parameters.length === 0 ? {} : { parameters }), ...Object.fromEntries(operations) };
}

function operationJson(resource: ServedResource, operation: Operation, refer: Reference): JsonObject {
  const parameters = operation.query.map((name) => ({
    name,
    in: "query",
    schema: { type: PARAMETER_TYPES.get(name) ?? "string" },
  }));
  const answers = {
    object: schemaName(resource),
    list: listSchemaName(resource),
    status: STATUS,
  };
  const content = { "application/json": { schema: refer(answers[operation.answer]) } };
  return {
    parameters,
    ...bodyJson(resource, operation, refer),
    responses: { [operation.verb === "create" ? "201" : "200"]: { description: "OK", content } },
    "x-kubernetes-action": operation.answer === "list" ? operation.verb : operation.method,
    "x-kubernetes-group-version-kind": groupVersionKind(resource),
  };
}

function bodyJson(resource: ServedResource, { body }: Operation, refer: Reference): JsonObject {
  switch (body) {
    case "none":
      return {};
    case "object":
      return requestBody(["application/json", "application/yaml"], refer(schemaName(resource)));
    case "patch":
      return requestBody(PATCH_TYPES, { type: "object" });
    case "delete-options":
      return requestBody(["application/json"], refer(DELETE_OPTIONS));
    default:
      return body satisfies never;
  }
}

function requestBody(mediaTypes: readonly string[], schema: JsonObject): JsonObject {
  return { requestBody: { content: Object.fromEntries(mediaTypes.map((type) => [type, { schema }])) } };
}
