/** GET of one object and of a collection. */
import type { JsonObject } from "../resources/json.ts";
import type { ListPage } from "../resources/list-page.ts";
import type { Resources, Scope } from "../resources/resources.ts";
import { apiVersionOf } from "../resources/versions.ts";
import { isWatch } from "../watch/watch-options.ts";
import { listOptions } from "./query-options.ts";
import { answerWatch } from "./watch-verb.ts";

export async function answerGet(
  path: { readonly scope: Scope; readonly name: string },
  resources: Resources,
): Promise<Response> {
  return Response.json(await resources.get(path.scope, path.name));
}

export async function answerList(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  const query = new URL(request.url).searchParams;
  if (isWatch(query)) return answerWatch(request, scope, resources);
  const page = await resources.list(scope, listOptions(query));
  return Response.json(listObject(scope, page.items, listMetadata(page)));
}

export function listMetadata(page: ListPage): JsonObject {
  const { resourceVersion, continueToken, remainingItemCount } = page;
  return {
    resourceVersion,
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}

export function listObject(scope: Scope, items: readonly JsonObject[], metadata: JsonObject): JsonObject {
  const apiVersion = apiVersionOf(scope.kind, scope.version);
  return { kind: `${scope.kind.kind}List`, apiVersion, metadata, items };
}
