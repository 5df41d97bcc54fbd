/** GET of CustomResourceDefinitions, one, all, or watched: there is nothing else to be done with them here. */
import { definitionOf } from "../definitions/definition-of.ts";
import { customResourceDefinitions } from "../discovery/definition-resource.ts";
import { presentList, presentObject } from "../presentation/present.ts";
import { chooseRepresentation } from "../presentation/representation.ts";
import { KINDS } from "../registry.ts";
import { qualified } from "../resource-names.ts";
import { type JsonObject, textAt } from "../resources/json.ts";
import { nameOf } from "../resources/metadata.ts";
import { DEFAULT_NAMESPACE } from "../resources/permanent-namespaces.ts";
import { notFound } from "../resources/refusal.ts";
import { type Holder, namespaceKey } from "../resources/scope.ts";
import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { watchFormat } from "../watch/watch-format.ts";
import type { WatchHub } from "../watch/watch-hub.ts";
import { isWatch, watchOptions } from "../watch/watch-options.ts";
import { listOptions } from "./query-options.ts";
import { refuseWrites } from "./refuse-writes.ts";
import { watchResponse } from "./watch-verb.ts";

export interface DefinitionPorts {
  readonly store: ObjectStore;
  readonly watches: WatchHub;
  readonly now: () => number;
  /** As in `Scope`. */
  readonly holder?: Holder;
}

const SUBJECT = { kind: customResourceDefinitions, version: customResourceDefinitions.version, namespace: "" };

export function answerDefinitions(request: Request, name: string | undefined, ports: DefinitionPorts): Response {
  refuseWrites(request);
  const { store, watches, now, holder } = ports;
  const query = new URL(request.url).searchParams;
  const as = chooseRepresentation(request.headers.get("accept"), query);
  const definitions = allDefinitions(store);
  if (name !== undefined) {
    const definition = definitions.find((each) => nameOf(each) === name);
    if (definition === undefined) throw notFound(customResourceDefinitions, name);
    return Response.json(presentObject(SUBJECT, definition, { as, nowMs: now() }));
  }
  if (isWatch(query)) {
    const request = { scope: SUBJECT, options: watchOptions(query, {}), format: watchFormat(SUBJECT, as, now) };
    const present = async ({ body }: StoredObject) => body;
    const whole = { ...request, present, unchanging: definitions.map(asStored) };
    return watchResponse(watches.open(holder === undefined ? whole : { ...whole, holder }));
  }
  const items = definitions.filter(listOptions(query, {}).selects);
  const metadata = { resourceVersion: String(store.latestResourceVersion()) };
  return Response.json(presentList(SUBJECT, { items, metadata }, { as, nowMs: now() }));
}

/** In the order of their names. They change with the version of the program only. */
function allDefinitions(store: ObjectStore): readonly JsonObject[] {
  const createdAt = createdAtOf(store);
  return KINDS.map((kind) => definitionOf(kind, createdAt))
    .filter((definition) => definition !== undefined)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** The kinds are here since the first namespace is. */
function createdAtOf(store: ObjectStore): string {
  const first = store.get(namespaceKey(DEFAULT_NAMESPACE));
  return textAt(first?.body, "metadata", "creationTimestamp") ?? "";
}

/** As watches take objects, though no store has these. */
function asStored(body: JsonObject): StoredObject {
  const key = { resource: qualified(customResourceDefinitions), namespace: "", name: nameOf(body) };
  return { key, resourceVersion: 1, body, sealed: undefined, characters: 0 };
}
