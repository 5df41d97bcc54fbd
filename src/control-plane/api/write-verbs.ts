/** POST, PUT and PATCH. */
import type { Resources } from "../resources/resources.ts";
import type { Scope } from "../resources/scope.ts";
import type { Written } from "../writes/changed-object.ts";
import { APPLY_PATCH, patchOf } from "./patch-body.ts";
import { mediaTypeOf, OBJECT_TYPES, readObject } from "./request-body.ts";
import { applyOptions, refuseForce, writeOptions } from "./write-options.ts";

/**
 * Of all warnings of an answer, as in Kubernetes: clients take no more than 8 to 16 KB of headers, and would not learn that the
 * object was written. Who needs to know of every field asks for strict validation.
 */
const WARNING_CHARACTERS = 4096;

export async function answerCreate(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  const options = writeOptions(request, "CreateOptions", "main");
  const { value, duplicateFields } = await readObject(request, OBJECT_TYPES);
  return written(await resources.writes.create(scope, value, { ...options, duplicateFields }), 201);
}

export interface ObjectPath {
  readonly scope: Scope;
  readonly name: string;
  readonly subresource: "main" | "status";
}

export async function answerUpdate(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  const options = writeOptions(request, "UpdateOptions", path.subresource);
  const { value, duplicateFields } = await readObject(request, OBJECT_TYPES);
  const change = { kind: "replace", incoming: value } as const;
  return written(await resources.writes.change(path, change, { ...options, duplicateFields }), 200);
}

export async function answerPatch(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  if (mediaTypeOf(request) === APPLY_PATCH) return answerApply(request, path, resources);
  const options = writeOptions(request, "PatchOptions", path.subresource);
  refuseForce(request);
  const { patch, duplicateFields } = await patchOf(request, path.scope);
  const change = { kind: "patch", patch } as const;
  return written(await resources.writes.change(path, change, { ...options, duplicateFields }), 200);
}

async function answerApply(request: Request, path: ObjectPath, resources: Resources): Promise<Response> {
  const { options, force } = applyOptions(request, path.subresource);
  const { value, duplicateFields } = await readObject(request, [APPLY_PATCH]);
  const change = { kind: "apply", configuration: value, force } as const;
  const result = await resources.writes.apply(path, change, { ...options, duplicateFields });
  return written(result, result.isNew ? 201 : 200);
}

function written(result: Written, code: number): Response {
  const headers = new Headers();
  let characters = 0;
  for (const warning of result.warnings) {
    const value = `299 - ${JSON.stringify(headerText(warning))}`;
    characters += value.length;
    if (characters > WARNING_CHARACTERS) break;
    headers.append("Warning", value);
  }
  return Response.json(result.object, { status: code, headers });
}

/** Field names may hold anything; a header may not. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
