/** GET of one object and of a collection. */
import { presentList, presentObject, type View } from "../presentation/present.ts";
import { chooseRepresentation } from "../presentation/representation.ts";
import { notImplemented } from "../resources/refusal.ts";
import type { Resources, Scope } from "../resources/resources.ts";
import { listOptions } from "./query-options.ts";

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
  refuseWatch(query);
  const view = viewOf(request, ports);
  const page = await ports.resources.list(scope, listOptions(query, scope.kind.selectableFields));
  const { items, resourceVersion, continueToken } = page;
  const metadata = { resourceVersion, ...(continueToken === undefined ? {} : { continue: continueToken }) };
  return Response.json(presentList(scope, { items, metadata }, view));
}

function viewOf(request: Request, ports: ReadPorts): View {
  const query = new URL(request.url).searchParams;
  return { as: chooseRepresentation(request.headers.get("accept"), query), nowMs: ports.now() };
}

/** The one place where a list becomes a watch. */
function refuseWatch(query: URLSearchParams): void {
  const watch = query.get("watch");
  if (watch !== null && watch !== "false" && watch !== "0") throw notImplemented("watch is not served yet");
}
