/** GET of one object and of a collection. */
import { presentList, presentObject, type View } from "../presentation/present.ts";
import { chooseRepresentation } from "../presentation/representation.ts";
import type { JsonObject } from "../resources/json.ts";
import type { ListPage } from "../resources/list-page.ts";
import type { Resources } from "../resources/resources.ts";
import type { Scope } from "../resources/scope.ts";
import { isWatch } from "../watch/watch-options.ts";
import { listOptions } from "./query-options.ts";
import { answerWatch } from "./watch-verb.ts";

export interface ReadPorts {
  readonly resources: Resources;
  readonly now: () => number;
}

export async function answerGet(
  request: Request,
  path: { readonly scope: Scope; readonly name: string },
  ports: ReadPorts,
): Promise<Response> {
  const { scope, name } = path;
  const view = viewOf(request, ports);
  return Response.json(presentObject(scope, await ports.resources.get(scope, name), view));
}

export async function answerList(request: Request, scope: Scope, ports: ReadPorts): Promise<Response> {
  const query = new URL(request.url).searchParams;
  if (isWatch(query)) return answerWatch(request, scope, ports);
  const view = viewOf(request, ports);
  const page = await ports.resources.list(scope, listOptions(query, scope.kind));
  return Response.json(presentList(scope, { items: page.items, metadata: listMetadata(page) }, view));
}

export function listMetadata(page: ListPage): JsonObject {
  const { resourceVersion, continueToken, remainingItemCount } = page;
  return {
    resourceVersion,
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}

function viewOf(request: Request, ports: ReadPorts): View {
  const query = new URL(request.url).searchParams;
  return { as: chooseRepresentation(request.headers.get("accept"), query), nowMs: ports.now() };
}
