/** The SQL interface on `node:sqlite`, for tests without Workers. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { MAX_ROW_BYTES, type SqlRow, type SqlStore, type SqlValue } from "../../src/core/sql-store.ts";

/** What happens around the outermost transaction. */
export interface TransactionEdges {
  readonly begin: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
}

export function nodeSql(database = new DatabaseSync(":memory:"), edges = plainEdges(database)): SqlStore {
  const statements = new Map<string, StatementSync>();
  const prepared = (query: string): StatementSync => {
    const known = statements.get(query);
    if (known !== undefined) return known;
    const statement = database.prepare(query);
    statements.set(query, statement);
    return statement;
  };
  let depth = 0;
  return {
    all<Row extends SqlRow>(query: string, ...params: SqlValue[]): Row[] {
      check(params);
      return prepared(query).all(...params) as Row[];
    },
    run(query: string, ...params: SqlValue[]): number {
      check(params);
      if (params.length === 0) {
        database.exec(query);
        return 0;
      }
      return Number(prepared(query).run(...params).changes);
    },
    transaction<T>(work: () => T): T {
      if (depth > 0) return work();
      edges.begin();
      depth++;
      try {
        const result = work();
        edges.commit();
        return result;
      } catch (error) {
        edges.rollback();
        throw error;
      } finally {
        depth--;
      }
    },
  };
}

function plainEdges(database: DatabaseSync): TransactionEdges {
  return {
    begin: () => database.exec("BEGIN"),
    commit: () => database.exec("COMMIT"),
    rollback: () => database.exec("ROLLBACK"),
  };
}

function check(params: readonly SqlValue[]): void {
  let bytes = 0;
  for (const param of params) bytes += typeof param === "string" || param instanceof Uint8Array ? param.length : 0;
  if (bytes > MAX_ROW_BYTES || params.length > 100) throw new Error("over the platform's limits");
}
