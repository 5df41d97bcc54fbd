/** The SQL interface on `node:sqlite`, for tests without Workers. */
import { DatabaseSync } from "node:sqlite";
import { MAX_ROW_BYTES, type SqlRow, type SqlStore, type SqlValue } from "../../src/core/sql-store.ts";

export function nodeSql(database = new DatabaseSync(":memory:")): SqlStore {
  let depth = 0;
  return {
    all<Row extends SqlRow>(query: string, ...params: SqlValue[]): Row[] {
      check(params);
      return database.prepare(query).all(...params) as Row[];
    },
    run(query: string, ...params: SqlValue[]): number {
      check(params);
      if (params.length === 0) {
        database.exec(query);
        return 0;
      }
      return Number(database.prepare(query).run(...params).changes);
    },
    transaction<T>(work: () => T): T {
      if (depth > 0) return work();
      database.exec("BEGIN");
      depth++;
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      } finally {
        depth--;
      }
    },
  };
}

function check(params: readonly SqlValue[]): void {
  let bytes = 0;
  for (const param of params) bytes += typeof param === "string" || param instanceof Uint8Array ? param.length : 0;
  if (bytes > MAX_ROW_BYTES || params.length > 100) throw new Error("over the platform's limits");
}
