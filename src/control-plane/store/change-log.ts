/**
 * All SQL for the log that watches read: one row per write, in the order of resourceVersions, the newest only. Every
 * resourceVersion has its row, so what is no longer kept is everything below the oldest one.
 */
import type { SqlStore, SqlValue } from "../../core/sql-store.ts";
import { parseStoredObject, textsAt } from "../resources/json.ts";
import { labelsOf } from "../resources/metadata.ts";
import type { StoredObject } from "./object-store.ts";

/** A watch from further back has to list again. Some 10 MB of usual objects; a burst of 1,000 creates writes 3,000. */
const KEPT_CHANGES = 5000;
/** Characters of bodies and bytes of sealed values, together: of the largest objects this is some hundred changes. */
const KEPT_SIZE = 64 * 1024 * 1024;
/** Nobody resumes a watch after that long; what is older goes with the next writes. */
const KEPT_MS = 3_600_000;
/** Writes between two looks at what can go, and their size: a look costs reads, and each row goes once anyway. */
const COMPACT_EVERY = 100;
const COMPACT_SIZE = KEPT_SIZE / 8;

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

export interface Change {
  readonly type: ChangeType;
  /** The new state; of a deletion the last one, with the resourceVersion of the deletion. */
  readonly stored: StoredObject;
  /** Undefined for what is new. */
  readonly previousLabels: Readonly<Record<string, string>> | undefined;
}

export interface ChangeQuery {
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** After the first version, up to and with the second. */
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

type ChangeRow = {
  resource_version: number;
  type: ChangeType;
  resource: string;
  namespace: string;
  name: string;
  body: string;
  sealed: Uint8Array | null;
  previous_labels: string | null;
};

const COLUMNS = "resource_version, type, resource, namespace, name, body, sealed, previous_labels";

export class ChangeLog {
  readonly #sql: SqlStore;
  readonly #now: () => number;
  /** Written since the latest look. */
  #freshSize = 0;
  /** Of the whole log, with what transactions took back; undefined before it is added up, as it is again once it was too much. */
  #size: number | undefined;

  constructor(sql: SqlStore, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /** In the transaction of the write; `written.body` is the object's JSON. */
  record(
    type: ChangeType,
    stored: StoredObject,
    written: { readonly body: string; readonly previous?: StoredObject },
  ): void {
    const { key, resourceVersion } = stored;
    const { body, previous } = written;
    const size = body.length + (stored.sealed?.length ?? 0);
    this.#sql.run(
      `INSERT INTO change (at_ms, size, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[this.#now(), size, resourceVersion, type, key.resource, key.namespace, key.name],
      ...[body, stored.sealed ?? null],
      previous === undefined ? null : JSON.stringify(labelsOf(previous.body)),
    );
    this.#freshSize += size;
    if (this.#size !== undefined) this.#size += size;
    if (resourceVersion % COMPACT_EVERY === 0 || this.#freshSize >= COMPACT_SIZE) this.#compact(resourceVersion);
  }

  /** True while every change after this version is kept; `latest` is the newest version there is. */
  reaches(version: number, latest: number): boolean {
    const query = "SELECT MIN(resource_version) AS oldest FROM change";
    const oldest = this.#sql.all<{ oldest: number | null }>(query)[0]?.oldest ?? latest + 1;
    return version >= oldest - 1;
  }

  read(query: ChangeQuery): readonly Change[] {
    const inNamespace = query.namespace === undefined ? "" : "AND namespace = ?";
    const place: SqlValue[] = query.namespace === undefined ? [] : [query.namespace];
    const rows = this.#sql.all<ChangeRow>(
      `SELECT ${COLUMNS} FROM change WHERE resource_version > ? AND resource_version <= ? AND resource = ? ${inNamespace}
       ORDER BY resource_version LIMIT ?`,
      ...[query.after, query.upTo, query.resource, ...place, query.limit],
    );
    return rows.map(changeOf);
  }

  /** The newest always stays. Each row is deleted once and looked at twice more, so a write's share does not grow. */
  #compact(latest: number): void {
    this.#freshSize = 0;
    const size = this.#size ?? this.#sizeBefore(latest + 1);
    const youngFrom = "SELECT MIN(resource_version) AS oldest FROM change WHERE at_ms >= ?";
    const young = this.#oldest(youngFrom, this.#now() - KEPT_MS) ?? latest;
    const fitting = size <= KEPT_SIZE ? 0 : this.#oldestFitting(latest);
    const kept = Math.max(young, fitting, latest - KEPT_CHANGES + 1);
    this.#size = size <= KEPT_SIZE ? size - this.#sizeBefore(kept) : undefined;
    this.#sql.run("DELETE FROM change WHERE resource_version < ?", kept);
  }

  /** Reads the whole log, the bodies with it: they stand before the sizes. */
  #oldestFitting(latest: number): number {
    const sizes = "SELECT resource_version, SUM(size) OVER (ORDER BY resource_version DESC) AS total FROM change";
    return this.#oldest(`SELECT MIN(resource_version) AS oldest FROM (${sizes}) WHERE total <= ?`, KEPT_SIZE) ?? latest;
  }

  #oldest(query: string, limit: number): number | undefined {
    return this.#sql.all<{ oldest: number | null }>(query, limit)[0]?.oldest ?? undefined;
  }

  #sizeBefore(version: number): number {
    const query = "SELECT SUM(size) AS size FROM change WHERE resource_version < ?";
    return this.#sql.all<{ size: number | null }>(query, version)[0]?.size ?? 0;
  }
}

function changeOf(row: ChangeRow): Change {
  const { resource, namespace, name } = row;
  return {
    type: row.type,
    stored: {
      key: { resource, namespace, name },
      resourceVersion: row.resource_version,
      body: parseStoredObject(row.body),
      sealed: row.sealed ?? undefined,
      characters: row.body.length,
    },
    previousLabels: row.previous_labels === null ? undefined : textsAt(parseStoredObject(row.previous_labels)),
  };
}
