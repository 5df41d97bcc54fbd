/** GET of CustomResourceDefinitions, one or all: there is nothing else to be done with them here. */
import { listOptions } from "../api/query-options.ts";
import { refuseWrites } from "../api/refuse-writes.ts";
import { presentList, presentObject } from "../presentation/present.ts";
import { chooseRepresentation } from "../presentation/representation.ts";
import { KINDS } from "../registry.ts";
import { NAMESPACES } from "../resource-names.ts";
import { textAt } from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import { DEFAULT_NAMESPACE } from "../resources/permanent-namespaces.ts";
import { methodNotAllowed, notFound, qualified } from "../resources/refusal.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { definitionOf } from "./definition-of.ts";
import { customResourceDefinitions } from "./definition-resource.ts";

export function answerDefinitions(
  request: Request,
  name: string | undefined,
  ports: { readonly store: ObjectStore; readonly now: () => number },
): Response {
  refuseWrites(request);
  const query = new URL(request.url).searchParams;
  const view = { as: chooseRepresentation(request.headers.get("accept"), query), nowMs: ports.now() };
  const subject = { kind: customResourceDefinitions, version: customResourceDefinitions.version };
  const createdAt = createdAtOf(ports.store);
  const definitions = KINDS.map((kind) => definitionOf(kind, createdAt)).filter((each) => each !== undefined);
  if (name !== undefined) {
    const definition = definitions.find((each) => nameOf(each) === name);
    if (definition === undefined) throw notFound(customResourceDefinitions, name);
    return Response.json(presentObject(subject, definition, view));
  }
  // They change with the version of the program only.
  if (query.has("watch")) throw methodNotAllowed(["GET"]);
  const { selects } = listOptions(query, {});
  const items = definitions.filter(selects).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return Response.json(presentList(subject, { items, metadata: { resourceVersion: "1" } }, view));
}

/** The kinds are here since the first namespace is. */
function createdAtOf(store: ObjectStore): string {
  const first = store.get({ resource: qualified(NAMESPACES), namespace: "", name: DEFAULT_NAMESPACE });
  return textAt(first?.body, "metadata", "creationTimestamp") ?? "";
}
