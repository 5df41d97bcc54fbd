/** GET of one object and of a collection. */
import type { JsonObject } from "../resources/json.ts";
import { notImplemented } from "../resources/refusal.ts";
import type { Resources, Scope } from "../resources/resources.ts";
import { apiVersionOf } from "../resources/versions.ts";
import { listOptions } from "./query-options.ts";

export async function answerGet(
  request: Request,
  path: { readonly scope: Scope; readonly name: string },
  resources: Resources,
): Promise<Response> {
  refuseWatch(new URL(request.url).searchParams);
  return Response.json(await resources.get(path.scope, path.name));
}

export async function answerList(request: Request, scope: Scope, resources: Resources): Promise<Response> {
  const query = new URL(request.url).searchParams;
  refuseWatch(query);
  const page = await resources.list(scope, listOptions(query));
  const { resourceVersion, continueToken } = page;
  const metadata = { resourceVersion, ...(continueToken === undefined ? {} : { continue: continueToken }) };
  return Response.json(listObject(scope, page.items, metadata));
}

export function listObject(scope: Scope, items: readonly JsonObject[], metadata: JsonObject): JsonObject {
  const apiVersion = apiVersionOf(scope.kind, scope.version);
  return { kind: `${scope.kind.kind}List`, apiVersion, metadata, items };
}

function refuseWatch(query: URLSearchParams): void {
  const watch = query.get("watch");
  if (watch !== null && watch !== "false" && watch !== "0") throw notImplemented("watch is not served yet");
}
