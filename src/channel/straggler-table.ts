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
  readonly reply: Uint8Array | null;
  readonly reply_blob: number | null;
  readonly reply_blob_bytes: number | null;
};

/** A straggler as lists show it, without the bytes of its events. */
export type StragglerSummary = Omit<StragglerRow, "event" | "reply" | "reply_blob" | "reply_blob_bytes"> & {
  readonly holds_reply: number;
};

/** An event that a row keeps; of a chunked one its head, and where its data is. */
export type KeptEvent = {
  readonly event: Uint8Array | null;
  readonly blob: number | null;
  readonly bytes: number | null;
};

const STRAGGLER_COLUMNS = `id, subscription, seq, state, attempt, due_at, leased, ordering_key, outcome, blob, blob_bytes,
  reply IS NOT NULL AS holds_reply`;
type Count = { n: number | null };
type Blobs = { seq: number; blob: number | null; reply_blob: number | null };

export class StragglerTable {
  readonly #sql: SqlStore;

  constructor(sql: SqlStore) {
    this.#sql = sql;
  }

  /** A copy of the event, or a reply, that the row has once is kept. */
  put(row: StragglerRow): void {
    this.#sql.run(
      `INSERT INTO straggler (id, subscription, seq, state, attempt, due_at, leased, ordering_key, outcome, event, blob, blob_bytes,
         reply, reply_blob, reply_blob_bytes)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempt = excluded.attempt, due_at = excluded.due_at,
         leased = excluded.leased, outcome = excluded.outcome, ordering_key = excluded.ordering_key,
         event = COALESCE(excluded.event, event), blob = COALESCE(excluded.blob, blob),
         blob_bytes = COALESCE(excluded.blob_bytes, blob_bytes), reply = COALESCE(excluded.reply, reply),
         reply_blob = COALESCE(excluded.reply_blob, reply_blob),
         reply_blob_bytes = COALESCE(excluded.reply_blob_bytes, reply_blob_bytes)`,
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
      row.reply,
      row.reply_blob,
      row.reply_blob_bytes,
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

  /** Parked deliveries of one event, among the newest `limit` rows: there is no index, which would cost a row each. */
  parkedOf(seq: number, limit: number): StragglerSummary[] {
    return this.#sql.all<StragglerSummary>(
      `SELECT * FROM (SELECT ${STRAGGLER_COLUMNS} FROM straggler ORDER BY id DESC LIMIT ?)
       WHERE seq = ? AND state = 'parked' ORDER BY id`,
      limit,
      seq,
    );
  }

  active(): (StragglerSummary & { readonly copied: number })[] {
    return this.#sql.all<StragglerSummary & { copied: number }>(
      `SELECT ${STRAGGLER_COLUMNS}, event IS NOT NULL AS copied FROM straggler WHERE state <> 'parked' ORDER BY id`,
    );
  }

  eventOf(id: number): KeptEvent | undefined {
    return this.#sql.all<KeptEvent>("SELECT event, blob, blob_bytes AS bytes FROM straggler WHERE id = ?", id)[0];
  }

  replyOf(id: number): KeptEvent | undefined {
    const query = "SELECT reply AS event, reply_blob AS blob, reply_blob_bytes AS bytes FROM straggler WHERE id = ?";
    return this.#sql.all<KeptEvent>(query, id)[0];
  }

  blobsOf(id: number): Blobs | undefined {
    return this.#sql.all<Blobs>("SELECT seq, blob, reply_blob FROM straggler WHERE id = ?", id)[0];
  }

  parkedCount(): number {
    return this.#sql.all<Count>("SELECT COUNT(*) AS n FROM straggler WHERE state = 'parked'")[0]?.n ?? 0;
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
