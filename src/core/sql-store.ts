/**
 * The only thing storage code knows of a database: SQLite inside a Durable Object, or `node:sqlite` in tests.
 * Implementations enforce the platform's limits (a row at most 2 MB, at most 100 parameters), because plain
 * workerd does not.
 */
export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

/** Largest row Cloudflare stores, bytes. */
export const MAX_ROW_BYTES = 2_000_000;

export interface SqlStore {
  all<Row extends SqlRow>(query: string, ...params: SqlValue[]): Row[];
  /** Returns the number of rows written, as billed. */
  run(query: string, ...params: SqlValue[]): number;
  /** All or nothing; a throw rolls back and is thrown on. */
  transaction<T>(work: () => T): T;
}
