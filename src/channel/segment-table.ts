/** SQL of the log: segments, and the chunks of events too large for one. */
import type { SqlStore } from "../core/sql-store.ts";

/** Room for the parts of one blob in a chunk id. */
const PARTS_PER_BLOB = 64;

export type SegmentRow = {
  readonly first_seq: number;
  readonly count: number;
  readonly accepted_at: number;
  readonly ends: Uint8Array;
  readonly keys: string | null;
  readonly body: Uint8Array;
  readonly blob: number | null;
  readonly blob_bytes: number | null;
};

export type ExpiredSegment = {
  first_seq: number;
  count: number;
  accepted_at: number;
  keys: string | null;
  blob: number | null;
  bytes: number;
};

type SegmentEnds = { readonly first_seq: number; readonly accepted_at: number; readonly bytes: number };

type Count = { n: number | null };

export class SegmentTable {
  readonly #sql: SqlStore;

  constructor(sql: SqlStore) {
    this.#sql = sql;
  }

  insert(row: SegmentRow): void {
    this.#sql.run(
      "INSERT INTO segment (first_seq, count, accepted_at, ends, keys, body, blob, blob_bytes) VALUES (?,?,?,?,?,?,?,?)",
      row.first_seq,
      row.count,
      row.accepted_at,
      row.ends,
      row.keys,
      row.body,
      row.blob,
      row.blob_bytes,
    );
  }

  newest(): SegmentRow | undefined {
    return this.#sql.all<SegmentRow>("SELECT * FROM segment ORDER BY first_seq DESC LIMIT 1")[0];
  }

  /** The segment that holds `seq`, or the first one after it. */
  at(seq: number): SegmentRow | undefined {
    const [row] = this.#sql.all<SegmentRow>(
      "SELECT * FROM segment WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
      seq,
    );
    if (row !== undefined && row.first_seq + row.count > seq) return row;
    return this.#sql.all<SegmentRow>("SELECT * FROM segment WHERE first_seq > ? ORDER BY first_seq LIMIT 1", seq)[0];
  }

  /** Keys of the segment that holds `seq`, without its body. */
  keysAt(seq: number): { first_seq: number; count: number; keys: string | null } | undefined {
    const [row] = this.#sql.all<{ first_seq: number; count: number; keys: string | null }>(
      "SELECT first_seq, count, keys FROM segment WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
      seq,
    );
    return row !== undefined && row.first_seq + row.count > seq ? row : undefined;
  }

  /** First sequence number that can still be read. */
  oldestSeq(): number | undefined {
    return this.#oldestBody()?.first_seq;
  }

  /** Acceptance time of the oldest segment that has a body, epoch milliseconds. */
  oldestBodyMs(): number | undefined {
    return this.#oldestBody()?.accepted_at;
  }

  /**
   * Bodies go from the oldest on, so a binary search finds the first one that is left: the segments before it, kept for
   * their keys alone, may be days of them.
   */
  #oldestBody(): SegmentEnds | undefined {
    const query = "SELECT (SELECT MIN(first_seq) FROM segment) AS low, (SELECT MAX(first_seq) FROM segment) AS high";
    const [range] = this.#sql.all<{ low: number | null; high: number | null }>(query);
    let low = range?.low ?? 0;
    let high = range?.high ?? 0;
    let found = this.#from(high);
    if (found === undefined || found.bytes === 0) return undefined;
    // Mostly it is the first.
    for (let middle = low; low < high; middle = Math.floor((low + high) / 2)) {
      const segment = this.#from(middle);
      if (segment === undefined) break;
      if (segment.bytes > 0) [found, high] = [segment, middle];
      else low = segment.first_seq + 1;
    }
    return found;
  }

  #from(seq: number): SegmentEnds | undefined {
    const query = `SELECT first_seq, accepted_at, LENGTH(body) AS bytes FROM segment
       WHERE first_seq >= ? ORDER BY first_seq LIMIT 1`;
    return this.#sql.all<SegmentEnds>(query, seq)[0];
  }

  /**
   * Acceptance time of the oldest segment kept for its keys alone; the newest segment (ending at `head`) is another case.
   * Bodies go from the oldest on, so that only the first segment has to be looked at.
   */
  oldestKeysAlone(head: number): number | undefined {
    const query = `SELECT accepted_at AS n FROM (SELECT * FROM segment ORDER BY first_seq LIMIT 1)
       WHERE LENGTH(body) = 0 AND first_seq + count < ?`;
    return this.#sql.all<Count>(query, head)[0]?.n ?? undefined;
  }

  /**
   * Segments whose events, or whose keys, are past their time, oldest first, without their bodies: at most `limit` of
   * those that are kept for their keys alone, and as many of the others.
   */
  expired(until: { readonly bodyMs: number; readonly keysMs: number }, limit: number): ExpiredSegment[] {
    const bodies = this.oldestSeq() ?? Number.MAX_SAFE_INTEGER;
    return [
      ...this.#expiredFrom(0, bodies, until.keysMs, limit),
      ...this.#expiredFrom(bodies, Number.MAX_SAFE_INTEGER, until.bodyMs, limit),
    ];
  }

  /** Times never go back along the log: the inner limit ends the search, not the end of the log. */
  #expiredFrom(from: number, to: number, untilMs: number, limit: number): ExpiredSegment[] {
    return this.#sql.all<ExpiredSegment>(
      `SELECT * FROM (
         SELECT first_seq, count, accepted_at, keys, blob, LENGTH(body) AS bytes FROM segment
         WHERE first_seq >= ? AND first_seq < ? ORDER BY first_seq LIMIT ?
       ) WHERE accepted_at <= ?`,
      from,
      to,
      limit,
      untilMs,
    );
  }

  /** First sequence number accepted at or after this time, if any. */
  seqAtTime(timeMs: number): number | undefined {
    const query = "SELECT MIN(first_seq) AS n FROM segment WHERE accepted_at >= ?";
    return this.#sql.all<Count>(query, timeMs)[0]?.n ?? undefined;
  }

  delete(firstSeq: number): void {
    this.#sql.run("DELETE FROM segment WHERE first_seq = ?", firstSeq);
  }

  /** Keeps a segment for its keys alone. */
  strip(firstSeq: number): void {
    this.#sql.run(
      "UPDATE segment SET body = x'', ends = x'', blob = NULL, blob_bytes = NULL WHERE first_seq = ?",
      firstSeq,
    );
  }

  /** Keys of segments before `seq`, newest first. */
  keysBefore(seq: number, limit: number): { first_seq: number; accepted_at: number; keys: string }[] {
    return this.#sql.all<{ first_seq: number; accepted_at: number; keys: string }>(
      "SELECT first_seq, accepted_at, keys FROM segment WHERE keys IS NOT NULL AND first_seq < ? ORDER BY first_seq DESC LIMIT ?",
      seq,
      limit,
    );
  }

  insertChunk(blob: number, part: number, bytes: Uint8Array): void {
    this.#sql.run("INSERT INTO chunk (id, bytes) VALUES (?, ?)", blob * PARTS_PER_BLOB + part, bytes);
  }

  chunk(blob: number, part: number): Uint8Array | undefined {
    return this.#sql.all<{ bytes: Uint8Array }>("SELECT bytes FROM chunk WHERE id = ?", blob * PARTS_PER_BLOB + part)[0]
      ?.bytes;
  }

  /** Blob of the chunked event with this sequence number, if the log still has it. */
  blobAt(seq: number): number | undefined {
    const [row] = this.#sql.all<{ blob: number | null }>("SELECT blob FROM segment WHERE first_seq = ?", seq);
    return row?.blob ?? undefined;
  }

  deleteBlob(blob: number): void {
    this.#sql.run("DELETE FROM chunk WHERE id >= ? AND id < ?", blob * PARTS_PER_BLOB, (blob + 1) * PARTS_PER_BLOB);
  }

  /** Of those that are there. */
  newestBlob(): number {
    return Math.floor((this.#sql.all<Count>("SELECT MAX(id) AS n FROM chunk")[0]?.n ?? 0) / PARTS_PER_BLOB);
  }
}
