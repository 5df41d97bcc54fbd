/** POST, PUT and PATCH. */
import { mergePatch } from "../resources/merge-patch.ts";
import type { Resources, Scope, Written } from "../resources/resources.ts";
import { writeOptions } from "./query-options.ts";
import { OBJECT_TYPES, readJsonObject } from "./request-body.ts";

const PATCH_TYPES = ["application/merge-patch+json"];

export async function answerCreate(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  const options = writeOptions(new URL(request.url).searchParams, "main");
  const incoming = await readJsonObject(request, OBJECT_TYPES);
  return written(await resources.create(scope, incoming, options), 201);
}

export interface ObjectPath {
  readonly scope: Scope;
  readonly name: string;
  readonly subresource: "main" | "status";
}

export async function answerUpdate(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  const options = writeOptions(new URL(request.url).searchParams, path.subresource);
  const incoming = await readJsonObject(request, OBJECT_TYPES);
  return written(await resources.update(path.scope, path.name, incoming, options), 200);
}

export async function answerPatch(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  const options = writeOptions(new URL(request.url).searchParams, path.subresource);
  const patch = await readJsonObject(request, PATCH_TYPES);
  return written(await resources.patch(path.scope, path.name, (old) => mergePatch(old, patch), options), 200);
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
