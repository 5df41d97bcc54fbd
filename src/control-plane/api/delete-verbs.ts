/** DELETE of one object and of a collection. */
import { listObject } from "../presentation/present.ts";
import { methodNotAllowed, successStatus } from "../resources/refusal.ts";
import type { Resources } from "../resources/resources.ts";
import type { Scope } from "../resources/scope.ts";
import { deletionOptions } from "./deletion-options.ts";
import { listOptions } from "./query-options.ts";
import { listMetadata } from "./read-verbs.ts";
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

/** Answers with the list of what was deleted. Namespaces go one by one, as in Kubernetes. */
export async function answerDeleteCollection(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  if (!scope.kind.namespaced) throw methodNotAllowed(["GET", "HEAD", "POST"]);
  const query = new URL(request.url).searchParams;
  const options = deletionOptions(query, await readOptionalJsonObject(request));
  const page = resources.deleteCollection(scope, listOptions(query, scope.kind), options);
  return Response.json(listObject(scope, { items: page.items, metadata: listMetadata(page) }));
}
