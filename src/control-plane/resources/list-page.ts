/**
 * One page of a list: objects in the order of namespace and name, filtered, and where the next page begins.
 *
 * Every page shows the newest state and carries the resourceVersion of the first one, so that a watch from there sees
 * whatever happened between the pages. When that version has left the change log, so that no such watch is possible any more,
 * the list has expired.
 */
import type { ObjectRange, ObjectStore, StoredObject } from "../store/object-store.ts";
import { type ContinueToken, decodeContinueToken, encodeContinueToken } from "./continue-token.ts";
import type { JsonObject } from "./json.ts";
import { expired, versionTooLarge } from "./refusal.ts";
import { rangeOf, type Scope } from "./scope.ts";
import type { Selection } from "./selectors.ts";

export interface ListOptions extends Selection {
  /** Objects at most; all of them when absent. */
  readonly limit?: number;
  readonly continueToken?: string;
  /** The state of this version and no other, or of any from there on. */
  readonly version: { readonly match: "Exact" | "NotOlderThan"; readonly resourceVersion: number };
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  /** How many come after this page; absent when a selector makes that costly to know. */
  readonly remainingItemCount?: number;
}

/** What a list selects at a time, without what presenting costs. */
export interface SelectedPage {
  readonly found: readonly StoredObject[];
  readonly more: boolean;
  readonly resourceVersion: number;
}

/** Rows read from the database at a time. */
const SCAN = 200;
/** Objects in a page at most when pages are asked for: what kubectl asks for. */
const MAX_PAGE = 500;
/** Objects that may be large in a page, as characters of their JSON: a page has to fit into memory more than once. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

export async function listPage(
  scope: Scope,
  options: ListOptions,
  source: { readonly store: ObjectStore; readonly present: (stored: StoredObject) => Promise<JsonObject> },
): Promise<ListPage> {
  const { found, more, resourceVersion } = selectPage(scope, options, source.store);
  const last = found.at(-1)?.key;
  const remaining =
    more && last !== undefined && options.selectsAll
      ? { remainingItemCount: source.store.count({ ...rangeOf(scope), after: last }) }
      : {};
  const items: JsonObject[] = [];
  for (const stored of found) items.push(await source.present(stored));
  const page = { items, resourceVersion: String(resourceVersion) };
  if (!more || last === undefined) return page;
  return { ...page, ...remaining, continueToken: encodeContinueToken({ after: last, resourceVersion }) };
}

export function selectPage(scope: Scope, options: ListOptions, store: ObjectStore): SelectedPage {
  const latest = store.latestResourceVersion();
  const token = options.continueToken === undefined ? undefined : decodeContinueToken(options.continueToken);
  const resourceVersion = token?.resourceVersion ?? latest;
  if (resourceVersion > latest || !store.changes.reaches(resourceVersion, latest)) {
    throw expired("the continue token has expired: begin the list again without it");
  }
  checkVersion(options.version, latest);
  return { ...select(scope, options, { store, after: token?.after }), resourceVersion };
}

/** States of the past are not kept. */
function checkVersion(wanted: ListOptions["version"], latest: number): void {
  if (wanted.resourceVersion > latest) throw versionTooLarge(wanted.resourceVersion, latest);
  if (wanted.match === "Exact" && wanted.resourceVersion < latest) {
    throw expired(`the state of resourceVersion ${wanted.resourceVersion} is not kept: the latest is ${latest}`);
  }
}

function select(
  scope: Scope,
  options: ListOptions,
  from: { readonly store: ObjectStore; readonly after: ContinueToken["after"] | undefined },
): { readonly found: readonly StoredObject[]; readonly more: boolean } {
  const isPaged = options.limit !== undefined;
  const limit = Math.min(options.limit ?? Number.POSITIVE_INFINITY, isPaged ? MAX_PAGE : Number.POSITIVE_INFINITY);
  const range: ObjectRange = options.name === undefined ? rangeOf(scope) : { ...rangeOf(scope), name: options.name };
  let { after } = from;
  let characters = 0;
  const found: StoredObject[] = [];
  for (;;) {
    const rows = from.store.list(after === undefined ? range : { ...range, after }, SCAN);
    for (const row of rows) {
      if (!options.selects(row.body)) continue;
      if (found.length === limit || (isPaged && characters > PAGE_CHARACTERS)) return { found, more: true };
      found.push(row);
      if (isPaged) characters += row.characters;
    }
    after = rows.at(-1)?.key;
    if (rows.length < SCAN || after === undefined) return { found, more: false };
  }
}
