/** SQL of stragglers: deliveries that failed, were out at a crash, or are parked. */
import type { SqlStore } from "../core/sql-store.ts";

export type StragglerRow = {
  readonly id: number;
  readonly subscription: string;
  readonly seq: number;
  readonly state: string;
  readonly attempt: number;
  readonly due_at: number;
  readonly leased: number;
  readonly ordering_key: string | null;
  readonly outcome: string;
  readonly event: Uint8Array | null;
  readonly blob: number | null;
  readonly blob_bytes: number | null;
};

/** A straggler as lists show it, without the bytes of its event. */
export type StragglerSummary = Omit<StragglerRow, "event">;

const STRAGGLER_COLUMNS =
  "id, subscription, seq, state, attempt, due_at, leased, ordering_key, outcome, blob, blob_bytes";
type Count = { n: number | null };

export class StragglerTable {
  readonly #sql: SqlStore;

  constructor(sql: SqlStore) {
    this.#sql = sql;
  }

  /** A copy of the event that the row has once is kept. */
  put(row: StragglerRow): void {
    this.#sql.run(
      `INSERT INTO straggler (id, subscription, seq, state, attempt, due_at, leased, ordering_key, outcome, event, blob, blob_bytes)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempt = excluded.attempt, due_at = excluded.due_at,
         leased = excluded.leased, outcome = excluded.outcome, ordering_key = excluded.ordering_key,
         event = COALESCE(excluded.event, event), blob = COALESCE(excluded.blob, blob),
         blob_bytes = COALESCE(excluded.blob_bytes, blob_bytes)`,
      row.id,
      row.subscription,
      row.seq,
      row.state,
      row.attempt,
      row.due_at,
      row.leased,
      row.ordering_key,
      row.outcome,
      row.event,
      row.blob,
      row.blob_bytes,
    );
  }

  delete(id: number): void {
    this.#sql.run("DELETE FROM straggler WHERE id = ?", id);
  }

  newestId(): number {
    return this.#sql.all<Count>("SELECT MAX(id) AS n FROM straggler")[0]?.n ?? 0;
  }

  /** Stragglers with an id above `after`, oldest first, parked ones and active ones, without event bytes. */
  after(after: number, limit: number): StragglerSummary[] {
    return this.#sql.all<StragglerSummary>(
      `SELECT ${STRAGGLER_COLUMNS} FROM straggler WHERE id > ? ORDER BY id LIMIT ?`,
      after,
      limit,
    );
  }

  active(): (StragglerSummary & { readonly copied: number })[] {
    return this.#sql.all<StragglerSummary & { copied: number }>(
      `SELECT ${STRAGGLER_COLUMNS}, event IS NOT NULL AS copied FROM straggler WHERE state <> 'parked' ORDER BY id`,
    );
  }

  get(id: number): StragglerRow | undefined {
    return this.#sql.all<StragglerRow>("SELECT * FROM straggler WHERE id = ?", id)[0];
  }

  blobOf(id: number): { readonly seq: number; readonly blob: number | null } | undefined {
    return this.#sql.all<{ seq: number; blob: number | null }>("SELECT seq, blob FROM straggler WHERE id = ?", id)[0];
  }

  /** Whether a parked or redriven delivery still needs this blob. */
  holdsBlob(blob: number): boolean {
    return this.#sql.all("SELECT id FROM straggler WHERE blob = ? LIMIT 1", blob).length > 0;
  }

  /** Oldest first by expiry; at most `limit`. */
  expired(beforeMs: number, limit: number): StragglerSummary[] {
    return this.#sql.all<StragglerSummary>(
      `SELECT ${STRAGGLER_COLUMNS} FROM straggler WHERE state = 'parked' AND due_at <= ? ORDER BY due_at LIMIT ?`,
      beforeMs,
      limit,
    );
  }

  nextExpiry(): number | undefined {
    return this.#sql.all<Count>("SELECT MIN(due_at) AS n FROM straggler WHERE state = 'parked'")[0]?.n ?? undefined;
  }
}
