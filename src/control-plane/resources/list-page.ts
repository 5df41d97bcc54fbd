/** One page of a list: objects in the order of namespace and name, filtered, and where the next page begins. */

import type { ObjectStore, StoredObject } from "../store/object-store.ts";
import { type JsonObject, parseJson, textAt } from "./json.ts";
import { badRequest, qualified } from "./refusal.ts";
import type { Scope } from "./resources.ts";
import type { Selector } from "./selectors.ts";

export interface ListOptions {
  readonly selects: Selector;
  /** Objects at most; all of them when absent. */
  readonly limit?: number;
  readonly continueToken?: string;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
}

/** Rows read from the database at a time. */
const SCAN = 200;

export async function listPage(
  scope: Scope,
  options: ListOptions,
  source: { readonly store: ObjectStore; readonly present: (stored: StoredObject) => Promise<JsonObject> },
): Promise<ListPage> {
  const { found, more } = select(scope, options, source.store);
  const resourceVersion = String(source.store.latestResourceVersion());
  const items: JsonObject[] = [];
  for (const stored of found) items.push(await source.present(stored));
  const last = found.at(-1);
  if (!more || last === undefined) return { items, resourceVersion };
  return { items, resourceVersion, continueToken: encodeToken(last) };
}

function select(
  scope: Scope,
  options: ListOptions,
  store: ObjectStore,
): { readonly found: readonly StoredObject[]; readonly more: boolean } {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const query = {
    resource: qualified(scope.kind),
    limit: SCAN,
    ...(scope.kind.namespaced && scope.namespace !== "" ? { namespace: scope.namespace } : {}),
  };
  let after = options.continueToken === undefined ? undefined : decodeToken(options.continueToken);
  const found: StoredObject[] = [];
  for (;;) {
    const rows = store.list(after === undefined ? query : { ...query, after });
    for (const row of rows) {
      if (!options.selects(row.body) || scope.refuses?.(row.body) !== undefined) continue;
      if (found.length === limit) return { found, more: true };
      found.push(row);
    }
    after = rows.at(-1)?.key;
    if (rows.length < SCAN || after === undefined) return { found, more: false };
  }
}

function encodeToken(last: StoredObject): string {
  const text = JSON.stringify({ namespace: last.key.namespace, name: last.key.name });
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decodeToken(token: string): { readonly namespace: string; readonly name: string } {
  const parsed = parseJson(fromBase64Url(token));
  const value = "value" in parsed ? parsed.value : undefined;
  const namespace = textAt(value, "namespace");
  const name = textAt(value, "name");
  if (namespace === undefined || name === undefined) throw badRequest("continue key is not valid");
  return { namespace, name };
}

function fromBase64Url(token: string): string {
  try {
    return atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw badRequest("continue key is not valid");
  }
}
