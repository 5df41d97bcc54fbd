/** Brings the object's database up to date when it starts. Migrations only add, so an older version can still read. */
import type { SqlStore } from "../../core/sql-store.ts";

/** Each migration runs once, in order, in one transaction with its mark. */
export function migrate(sql: SqlStore, migrations: readonly string[]): void {
  sql.run("CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY)");
  const done = sql.all<{ version: number | null }>("SELECT MAX(version) AS version FROM migration")[0]?.version ?? 0;
  for (const [index, migration] of migrations.entries()) {
    const version = index + 1;
    if (version <= done) continue;
    sql.transaction(() => {
      for (const statement of statementsOf(migration)) sql.run(statement);
      sql.run("INSERT INTO migration (version) VALUES (?)", version);
    });
  }
}

/** Statements end with a semicolon at the end of a line; comments stand on lines of their own. */
function statementsOf(migration: string): readonly string[] {
  const lines = migration.split("\n").filter((line) => !line.trimStart().startsWith("--"));
  return lines
    .join("\n")
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
