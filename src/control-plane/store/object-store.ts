/**
 * All SQL for resources. Every write takes the next resourceVersion and leaves a row in the change log, in the
 * caller's transaction or one of its own. Rules about what may be written are not here.
 *
 * What did not change between two reads is the same object, parsed once.
 */
import assert from "../../core/assert.ts";
import type { SqlStore, SqlValue } from "../../core/sql-store.ts";
import { NAMESPACES, qualified } from "../resource-names.ts";
import { type JsonObject, parseStoredObject } from "../resources/json.ts";
import { isBeingDeleted } from "../resources/metadata.ts";
import { BodyCache, type CachedContent } from "./body-cache.ts";
import { ChangeLog, type ChangeType } from "./change-log.ts";
import { TokenTable } from "./token-table.ts";

export interface ObjectKey {
  /** `brokers.eventing.knative.dev`, `secrets`. */
  readonly resource: string;
  /** Empty for what lives in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

export interface StoredObject {
  readonly key: ObjectKey;
  readonly resourceVersion: number;
  readonly body: JsonObject;
  readonly sealed: Uint8Array | undefined;
  /** Of the body's JSON: for those who bound what they hold. */
  readonly characters: number;
}

/** What is written: the readable part and, for Secrets, the sealed one. */
export interface Content {
  readonly body: JsonObject;
  readonly sealed: Uint8Array | undefined;
}

/** Objects of one resource, in the order of namespace and name. */
export interface ObjectRange {
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** All names when absent. */
  readonly name?: string;
  /** Only what comes after this object. */
  readonly after?: { readonly namespace: string; readonly name: string };
}

type HeadRow = { id: number; resource: string; namespace: string; name: string; resource_version: number };
type ContentRow = { body: string; sealed: Uint8Array | null };

const HEAD = "id, resource, namespace, name, resource_version";

export class ObjectStore {
  readonly changes: ChangeLog;
  /** Follows every write. */
  readonly tokens: TokenTable;
  readonly #sql: SqlStore;
  readonly #bodies = new BodyCache();
  /** Of everything stored; undefined until it is asked for, and after a transaction that failed. */
  #size: number | undefined;
  #written: (resource: string) => void = () => undefined;

  constructor(sql: SqlStore, now: () => number) {
    this.#sql = sql;
    this.changes = new ChangeLog(sql, now);
    this.tokens = new TokenTable(sql);
  }

  /** Called with the resource of every write in its turn, before its transaction has ended: it may yet be taken back. */
  whenWritten(listener: (resource: string) => void): void {
    this.#written = listener;
  }

  transaction<T>(work: () => T): T {
    try {
      return this.#sql.transaction(work);
    } catch (error) {
      // It may have read what it wrote, under a resourceVersion that will be given to something else.
      this.#bodies.clear();
      this.#size = undefined;
      throw error;
    }
  }

  get(key: ObjectKey): StoredObject | undefined {
    const query = `SELECT ${HEAD} FROM object WHERE resource = ? AND namespace = ? AND name = ?`;
    return this.#objects(query, key.resource, key.namespace, key.name)[0];
  }

  list(range: ObjectRange, limit: number): readonly StoredObject[] {
    const { where, params } = conditionsOf(range);
    const query = `SELECT ${HEAD} FROM object WHERE ${where} ORDER BY namespace, name LIMIT ?`;
    return this.#objects(query, ...params, limit);
  }

  count(range: ObjectRange): number {
    const { where, params } = conditionsOf(range);
    return (
      this.#sql.all<{ count: number }>(`SELECT COUNT(*) AS count FROM object WHERE ${where}`, ...params)[0]?.count ?? 0
    );
  }

  /** Characters of all bodies and bytes of all sealed parts. SQLite counts fewer in what was written before sizes were stored. */
  size(): number {
    const size = "COALESCE(size, LENGTH(body) + COALESCE(LENGTH(sealed), 0))";
    const query = `SELECT COALESCE(SUM(${size}), 0) AS size FROM object`;
    this.#size ??= this.#sql.all<{ size: number }>(query)[0]?.size ?? 0;
    return this.#size;
  }

  /** Everything in a namespace, of every resource. */
  inNamespace(namespace: string): readonly StoredObject[] {
    const query = `SELECT ${HEAD} FROM object WHERE namespace = ? ORDER BY resource, name`;
    return this.#objects(query, namespace);
  }

  /** Namespaces that hold anything. */
  usedNamespaces(): readonly string[] {
    const query = "SELECT DISTINCT namespace FROM object WHERE namespace <> ''";
    return this.#sql.all<{ namespace: string }>(query).map((row) => row.namespace);
  }

  /** The key must be free. */
  insert(key: ObjectKey, content: Content): StoredObject {
    return this.transaction(() => {
      const resourceVersion = this.#nextResourceVersion();
      const body = JSON.stringify(content.body);
      const stored = { key, resourceVersion, ...content, characters: body.length };
      this.#sql.run(
        "INSERT INTO object (resource, namespace, name, resource_version, body, sealed, size) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ...[key.resource, key.namespace, key.name, resourceVersion, body, content.sealed ?? null, sizeOf(stored)],
      );
      return this.#recorded("ADDED", stored, { body });
    });
  }

  /** Replaces what is stored; the caller has checked its resourceVersion in the same turn. */
  replace(old: StoredObject, content: Content): StoredObject {
    return this.transaction(() => {
      const { key } = old;
      const resourceVersion = this.#nextResourceVersion();
      const body = JSON.stringify(content.body);
      const stored = { key, resourceVersion, ...content, characters: body.length };
      this.#sql.run(
        `UPDATE object SET resource_version = ?, body = ?, sealed = ?, size = ?
         WHERE resource = ? AND namespace = ? AND name = ?`,
        ...[resourceVersion, body, content.sealed ?? null, sizeOf(stored), key.resource, key.namespace, key.name],
      );
      return this.#recorded("MODIFIED", stored, { body, previous: old });
    });
  }

  /** The last state, with the resourceVersion of its deletion. */
  remove(old: StoredObject): StoredObject {
    return this.transaction(() => {
      const { key } = old;
      const query = "DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?";
      this.#sql.run(query, key.resource, key.namespace, key.name);
      const last = { ...old, resourceVersion: this.#nextResourceVersion() };
      return this.#recorded("DELETED", last, { body: JSON.stringify(old.body), previous: old });
    });
  }

  latestResourceVersion(): number {
    const query = "SELECT value FROM setting WHERE key = 'resource_version'";
    return Number(this.#sql.all<{ value: string }>(query)[0]?.value ?? "0");
  }

  #nextResourceVersion(): number {
    const next = this.latestResourceVersion() + 1;
    // An update in place is one row written; a replacement would write the index again.
    this.#sql.run(
      "INSERT INTO setting (key, value) VALUES ('resource_version', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      String(next),
    );
    return next;
  }

  #recorded(
    type: ChangeType,
    stored: StoredObject,
    written: { readonly body: string; readonly previous?: StoredObject },
  ): StoredObject {
    this.changes.record(type, stored, written);
    const before = written.previous === undefined ? 0 : sizeOf(written.previous);
    if (this.#size !== undefined) this.#size += (type === "DELETED" ? 0 : sizeOf(stored)) - before;
    if (type === "DELETED") this.tokens.forget(stored);
    else this.tokens.follow(stored, (namespace) => this.#isGoing(namespace));
    this.#written(stored.key.resource);
    return stored;
  }

  #isGoing(namespace: string): boolean {
    const stored = this.get({ resource: qualified(NAMESPACES), namespace: "", name: namespace });
    return stored !== undefined && isBeingDeleted(stored.body);
  }

  /** Rows without their bodies, which are read only where they changed. */
  #objects(query: string, ...params: SqlValue[]): StoredObject[] {
    return this.#sql.all<HeadRow>(query, ...params).map((row) => ({
      key: { resource: row.resource, namespace: row.namespace, name: row.name },
      resourceVersion: row.resource_version,
      ...this.#contentOf(row),
    }));
  }

  #contentOf({ id, resource_version: resourceVersion }: HeadRow): CachedContent {
    const cached = this.#bodies.get(id, resourceVersion);
    if (cached !== undefined) return cached;
    const row = this.#sql.all<ContentRow>("SELECT body, sealed FROM object WHERE id = ?", id)[0];
    assert(row !== undefined, "a row of a list is gone in the same turn");
    const sealed = row.sealed ?? undefined;
    const content = { body: parseStoredObject(row.body), sealed, characters: row.body.length };
    this.#bodies.put(id, resourceVersion, content);
    return content;
  }
}

function sizeOf({ characters, sealed }: StoredObject): number {
  return characters + (sealed?.length ?? 0);
}

function conditionsOf(range: ObjectRange): { readonly where: string; readonly params: readonly SqlValue[] } {
  const conditions = ["resource = ?"];
  const params: SqlValue[] = [range.resource];
  if (range.namespace !== undefined) {
    conditions.push("namespace = ?");
    params.push(range.namespace);
  }
  if (range.name !== undefined) {
    conditions.push("name = ?");
    params.push(range.name);
  }
  if (range.after !== undefined) {
    conditions.push("(namespace, name) > (?, ?)");
    params.push(range.after.namespace, range.after.name);
  }
  return { where: conditions.join(" AND "), params };
}
