/** SQLite of a Durable Object behind the interface that storage code is written against. */

import assert from "../core/assert.ts";
import { MAX_ROW_BYTES, type SqlRow, type SqlStore, type SqlValue } from "../core/sql-store.ts";

/** Cloudflare refuses statements with more. */
const MAX_PARAMETERS = 100;

/** Rows as they are billed: the database counts those of indexes too. */
export interface RowMeter {
  rowsRead: number;
  rowsWritten: number;
}

/** Adds what every statement costs to `meter`. */
export function durableSql(storage: DurableObjectStorage, meter: RowMeter = { rowsRead: 0, rowsWritten: 0 }): SqlStore {
  const { sql } = storage;
  return {
    all<Row extends SqlRow>(query: string, ...params: SqlValue[]): Row[] {
      checkLimits(params);
      const cursor = sql.exec<Record<string, SqlStorageValue>>(query, ...params);
      const rows = cursor.toArray();
      meter.rowsRead += cursor.rowsRead;
      meter.rowsWritten += cursor.rowsWritten;
      for (const row of rows) bytesOfBlobs(row);
      return rows as Row[];
    },
    run(query: string, ...params: SqlValue[]): number {
      checkLimits(params);
      const { rowsRead, rowsWritten } = sql.exec(query, ...params);
      meter.rowsRead += rowsRead;
      meter.rowsWritten += rowsWritten;
      return rowsWritten;
    },
    transaction: <T>(work: () => T): T => storage.transactionSync(work),
  };
}

/** Plain workerd does not enforce the row limit, Cloudflare does: a bug must show on both. */
function checkLimits(params: readonly SqlValue[]): void {
  assert(params.length <= MAX_PARAMETERS, `at most ${MAX_PARAMETERS} parameters`);
  let bytes = 0;
  for (const param of params) {
    if (typeof param === "string") bytes += utf8Length(param);
    else if (param instanceof Uint8Array) bytes += param.byteLength;
  }
  assert(bytes <= MAX_ROW_BYTES, `a row of ${bytes} bytes is over the limit of ${MAX_ROW_BYTES}`);
}

/** Counted exactly only where it may matter: a character takes at most three bytes. */
function utf8Length(text: string): number {
  return text.length * 3 <= MAX_ROW_BYTES ? text.length : new TextEncoder().encode(text).length;
}

function bytesOfBlobs(row: Record<string, unknown>): void {
  for (const column in row) {
    const value = row[column];
    if (value instanceof ArrayBuffer) row[column] = new Uint8Array(value);
  }
}
