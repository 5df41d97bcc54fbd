/**
 * All SQL for resources. Every write takes the next resourceVersion and leaves a row in the change log, in the
 * caller's transaction or one of its own. Rules about what may be written are not here.
 */
import type { SqlStore, SqlValue } from "../../core/sql-store.ts";
import { SECRETS } from "../resource-names.ts";
import { type JsonObject, parseStoredObject } from "../resources/json.ts";
import { labelsOf } from "../resources/metadata.ts";
import { qualified } from "../resources/refusal.ts";
import { TokenTable } from "./token-table.ts";

/** Changes that are kept for watches; a watch from further back has to list again. */
const KEPT_CHANGES = 1000;

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
}

/** What is written: the readable part and, for Secrets, the sealed one. */
export interface Content {
  readonly body: JsonObject;
  readonly sealed: Uint8Array | undefined;
}

export interface ListQuery {
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Only what comes after this object, in the order of namespace and name. */
  readonly after?: { readonly namespace: string; readonly name: string };
  readonly limit: number;
}

type ObjectRow = {
  resource: string;
  namespace: string;
  name: string;
  resource_version: number;
  body: string;
  sealed: Uint8Array | null;
};

const COLUMNS = "resource, namespace, name, resource_version, body, sealed";

export class ObjectStore {
  /** Follows every write of a Secret. */
  readonly tokens: TokenTable;
  readonly #sql: SqlStore;
  readonly #now: () => number;

  constructor(sql: SqlStore, now: () => number) {
    this.#sql = sql;
    this.#now = now;
    this.tokens = new TokenTable(sql);
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }

  get(key: ObjectKey): StoredObject | undefined {
    const query = `SELECT ${COLUMNS} FROM object WHERE resource = ? AND namespace = ? AND name = ?`;
    return this.#objects(query, key.resource, key.namespace, key.name)[0];
  }

  list(query: ListQuery): readonly StoredObject[] {
    const conditions = ["resource = ?"];
    const params: SqlValue[] = [query.resource];
    if (query.namespace !== undefined) {
      conditions.push("namespace = ?");
      params.push(query.namespace);
    }
    if (query.after !== undefined) {
      conditions.push("(namespace, name) > (?, ?)");
      params.push(query.after.namespace, query.after.name);
    }
    const where = conditions.join(" AND ");
    const text = `SELECT ${COLUMNS} FROM object WHERE ${where} ORDER BY namespace, name LIMIT ?`;
    return this.#objects(text, ...params, query.limit);
  }

  /** Everything in a namespace, of every resource. */
  inNamespace(namespace: string): readonly StoredObject[] {
    const query = `SELECT ${COLUMNS} FROM object WHERE namespace = ? ORDER BY resource, name`;
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
      const query = `INSERT INTO object (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`;
      const body = JSON.stringify(content.body);
      this.#sql.run(query, key.resource, key.namespace, key.name, resourceVersion, body, content.sealed ?? null);
      const stored = { key, resourceVersion, ...content };
      if (isSecret(key)) this.tokens.follow(stored.body);
      this.#record("ADDED", stored, undefined);
      return stored;
    });
  }

  /** Replaces what is stored; the caller has checked its resourceVersion in the same turn. */
  replace(old: StoredObject, content: Content): StoredObject {
    return this.transaction(() => {
      const { key } = old;
      const resourceVersion = this.#nextResourceVersion();
      this.#sql.run(
        "UPDATE object SET resource_version = ?, body = ?, sealed = ? WHERE resource = ? AND namespace = ? AND name = ?",
        ...[resourceVersion, JSON.stringify(content.body), content.sealed ?? null],
        ...[key.resource, key.namespace, key.name],
      );
      const stored = { key, resourceVersion, ...content };
      if (isSecret(key)) this.tokens.follow(stored.body);
      this.#record("MODIFIED", stored, old);
      return stored;
    });
  }

  /** The last state, with the resourceVersion of its deletion. */
  remove(old: StoredObject): StoredObject {
    return this.transaction(() => {
      const { key } = old;
      const query = "DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?";
      this.#sql.run(query, key.resource, key.namespace, key.name);
      if (isSecret(key)) this.tokens.forget(old.body);
      const last = { ...old, resourceVersion: this.#nextResourceVersion() };
      this.#record("DELETED", last, old);
      return last;
    });
  }

  latestResourceVersion(): number {
    const query = "SELECT value FROM setting WHERE key = 'resource_version'";
    return Number(this.#sql.all<{ value: string }>(query)[0]?.value ?? "0");
  }

  #nextResourceVersion(): number {
    const next = this.latestResourceVersion() + 1;
    this.#sql.run("INSERT OR REPLACE INTO setting (key, value) VALUES ('resource_version', ?)", String(next));
    return next;
  }

  #record(type: "ADDED" | "MODIFIED" | "DELETED", stored: StoredObject, previous: StoredObject | undefined): void {
    const { key, resourceVersion } = stored;
    this.#sql.run(
      `INSERT INTO change (resource_version, at_ms, type, resource, namespace, name, body, sealed, previous_labels)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[resourceVersion, this.#now(), type, key.resource, key.namespace, key.name],
      ...[JSON.stringify(stored.body), stored.sealed ?? null],
      previous === undefined ? null : JSON.stringify(labelsOf(previous.body)),
    );
    this.#sql.run("DELETE FROM change WHERE resource_version <= ?", resourceVersion - KEPT_CHANGES);
  }

  #objects(query: string, ...params: SqlValue[]): StoredObject[] {
    return this.#sql.all<ObjectRow>(query, ...params).map((row) => ({
      key: { resource: row.resource, namespace: row.namespace, name: row.name },
      resourceVersion: row.resource_version,
      body: parseStoredObject(row.body),
      sealed: row.sealed ?? undefined,
    }));
  }
}

function isSecret(key: ObjectKey): boolean {
  return key.resource === qualified(SECRETS);
}
