/** The HTTP verbs on collections and objects. */
import type { FieldValidation } from "./admission.ts";
import type { DeletionOptions } from "./deletion.ts";
import { type JsonObject, listAt, textAt } from "./json.ts";
import type { ListOptions } from "./list-page.ts";
import { mergePatch } from "./merge-patch.ts";
import { nameOf } from "./metadata.ts";
import { badRequest, methodNotAllowed, notImplemented, Refusal, successStatus } from "./refusal.ts";
import { readJsonObject, readOptionalJsonObject } from "./request-body.ts";
import type { Resources, Scope, WriteOptions, Written } from "./resources.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";

const JSON_TYPES = ["application/json"];
const PATCH_TYPES = ["application/merge-patch+json"];
const FIELD_VALIDATIONS: readonly FieldValidation[] = ["Strict", "Warn", "Ignore"];

export async function answerCollection(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const acrossNamespaces = scope.kind.namespaced && scope.namespace === "";
  if (request.method === "GET") return listAnswer(scope, query, resources);
  if (acrossNamespaces) throw methodNotAllowed();
  switch (request.method) {
    case "POST": {
      const options = writeOptions(query, "main");
      const incoming = await readJsonObject(request, JSON_TYPES);
      return written(await resources.create(scope, incoming, options), 201);
    }
    case "DELETE": {
      const options = deletionOptions(query, await readOptionalJsonObject(request));
      const page = await resources.list(scope, listOptions(query));
      for (const object of page.items) deleteIfThere(scope, nameOf(object), options, resources);
      return Response.json(listObject(scope, page.items, { resourceVersion: page.resourceVersion }));
    }
    default:
      throw methodNotAllowed();
  }
}

export interface ObjectPath {
  readonly scope: Scope;
  readonly name: string;
  readonly subresource: "main" | "status";
}

export async function answerObject(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  const { scope, name, subresource } = path;
  const query = new URL(request.url).searchParams;
  switch (request.method) {
    case "GET":
      refuseWatch(query);
      return Response.json(await resources.get(scope, name));
    case "PUT": {
      const options = writeOptions(query, subresource);
      const incoming = await readJsonObject(request, JSON_TYPES);
      return written(await resources.update(scope, name, incoming, options), 200);
    }
    case "PATCH": {
      const options = writeOptions(query, subresource);
      const patch = await readJsonObject(request, PATCH_TYPES);
      return written(await resources.patch(scope, name, (old) => mergePatch(old, patch), options), 200);
    }
    case "DELETE": {
      if (subresource !== "main") throw methodNotAllowed();
      const options = deletionOptions(query, await readOptionalJsonObject(request));
      const { uid, left } = resources.delete(scope, name, options);
      if (left !== undefined) return Response.json(left);
      return Response.json(successStatus({ name, group: scope.kind.group, kind: scope.kind.plural, uid }));
    }
    default:
      throw methodNotAllowed();
  }
}

async function listAnswer(scope: Scope, query: URLSearchParams, resources: Resources): Promise<Response> {
  refuseWatch(query);
  const page = await resources.list(scope, listOptions(query));
  const { resourceVersion, continueToken } = page;
  const metadata = { resourceVersion, ...(continueToken === undefined ? {} : { continue: continueToken }) };
  return Response.json(listObject(scope, page.items, metadata));
}

/** Between the list and its turn another request may have deleted it. */
function deleteIfThere(scope: Scope, name: string, options: DeletionOptions, resources: Resources): void {
  try {
    resources.delete(scope, name, options);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 404) throw error;
  }
}

function listObject(scope: Scope, items: readonly JsonObject[], metadata: JsonObject): JsonObject {
  const { group, kind } = scope.kind;
  const apiVersion = group === "" ? scope.version : `${group}/${scope.version}`;
  return { kind: `${kind}List`, apiVersion, metadata, items };
}

function written(result: Written, code: number): Response {
  const headers = new Headers();
  for (const warning of result.warnings) headers.append("Warning", `299 - ${JSON.stringify(headerText(warning))}`);
  return Response.json(result.object, { status: code, headers });
}

/** Field names may hold anything; a header may not. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

function refuseWatch(query: URLSearchParams): void {
  const watch = query.get("watch");
  if (watch !== null && watch !== "false" && watch !== "0") throw notImplemented("watch is not served yet");
}

function writeOptions(query: URLSearchParams, subresource: "main" | "status"): WriteOptions {
  const sent = query.get("fieldValidation") ?? "Strict";
  const fieldValidation = FIELD_VALIDATIONS.find((each) => each === sent);
  if (fieldValidation === undefined) {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(sent)}: supported values: "Ignore", "Warn", "Strict"`,
    );
  }
  return { fieldValidation, dryRun: parseDryRun(query.get("dryRun")), subresource };
}

function parseDryRun(value: string | null | undefined): boolean {
  if (value === null || value === undefined || value === "") return false;
  if (value !== "All") throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`);
  return true;
}

function listOptions(query: URLSearchParams): ListOptions {
  const byLabel = parseLabelSelector(query.get("labelSelector") ?? "");
  const byField = parseFieldSelector(query.get("fieldSelector") ?? "");
  const limit = query.get("limit") ?? "0";
  if (!/^\d{1,9}$/.test(limit)) throw badRequest(`limit must be a whole number, not ${JSON.stringify(limit)}`);
  const continueToken = query.get("continue") ?? "";
  return {
    selects: (object) => byLabel(object) && byField(object),
    ...(Number(limit) === 0 ? {} : { limit: Number(limit) }),
    ...(continueToken === "" ? {} : { continueToken }),
  };
}

function deletionOptions(query: URLSearchParams, body: JsonObject): DeletionOptions {
  const inBody = listAt(body, "dryRun")[0];
  const uid = textAt(body, "preconditions", "uid");
  const resourceVersion = textAt(body, "preconditions", "resourceVersion");
  return {
    dryRun: parseDryRun(query.get("dryRun")) || parseDryRun(typeof inBody === "string" ? inBody : undefined),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
