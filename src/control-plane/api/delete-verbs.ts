/** DELETE of one object and of a collection. */

import { listObject } from "../presentation/present.ts";
import type { DeletionOptions } from "../resources/deletion.ts";
import { type JsonObject, listAt, textAt } from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import { Refusal, successStatus } from "../resources/refusal.ts";
import type { Resources, Scope } from "../resources/resources.ts";
import { listOptions, parseDryRun } from "./query-options.ts";
import { readOptionalJsonObject } from "./request-body.ts";

export async function answerDelete(
  request: Request,
  path: { readonly scope: Scope; readonly name: string },
  resources: Resources,
): Promise<Response> {
  const { scope, name } = path;
  const options = deletionOptions(new URL(request.url).searchParams, await readOptionalJsonObject(request));
  const { uid, left } = resources.delete(scope, name, options);
  if (left !== undefined) return Response.json(left);
  return Response.json(successStatus({ name, group: scope.kind.group, kind: scope.kind.plural, uid }));
}

/** Answers with the list of what was deleted. */
export async function answerDeleteCollection(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const options = deletionOptions(query, await readOptionalJsonObject(request));
  const page = await resources.list(scope, listOptions(query, scope.kind.selectableFields));
  for (const object of page.items) deleteIfThere(scope, nameOf(object), options, resources);
  const { items, resourceVersion } = page;
  return Response.json(listObject(scope, { items, metadata: { resourceVersion } }));
}

/** Between the list and its turn another request may have deleted it. */
function deleteIfThere(scope: Scope, name: string, options: DeletionOptions, resources: Resources): void {
  try {
    resources.delete(scope, name, options);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 404) throw error;
  }
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
