/** What an object's storage says, read as rows: the simulated world's own eyes. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Attributes, readEvent } from "./encoded-event.ts";

/** An event of a log as it was when it was written. */
export interface LoggedEvent {
  readonly seq: number;
  /** First event of its segment. */
  readonly segment: number;
  readonly id: string;
  readonly attributes: Attributes;
  readonly hops: number;
  readonly data: Uint8Array;
  readonly acceptedAtMs: number;
  /** The transaction that wrote it. */
  readonly transaction: number;
  readonly keys: readonly string[];
}

export interface StoredPosition {
  readonly epoch: number;
  readonly next: number | null;
  /** Newest event that was out. */
  readonly leased: number;
  readonly done: readonly (readonly [from: number, to: number])[];
  readonly counters: Readonly<Record<string, number>>;
  /** Everything below is settled where `next` is null. */
  readonly scanned: number;
}

export type StoredStraggler = {
  readonly id: number;
  readonly subscription: string;
  readonly seq: number;
  readonly state: string;
  readonly due_at: number;
  readonly copied: number;
  readonly holds_reply: number;
};

export interface StoredIdentity {
  readonly uid: string;
  readonly version: number;
  readonly removed: boolean;
}

type SegmentRow = {
  first_seq: number;
  count: number;
  accepted_at: number;
  ends: Uint8Array;
  keys: string | null;
  body: Uint8Array;
  blob: number | null;
};

export class DiskView {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get exists(): boolean {
    return this.rows("SELECT name FROM sqlite_master WHERE name = 'meta'").length > 0;
  }

  rows<Row>(query: string, ...params: number[]): Row[] {
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...params) as Row[];
  }

  identity(): StoredIdentity | undefined {
    const [row] = this.rows<{ value: string }>("SELECT value FROM meta WHERE key = 2");
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  /** Events from `seq` on, as the newest transaction left them. */
  eventsFrom(seq: number, transaction: number): LoggedEvent[] {
    const query =
      "SELECT first_seq, count, accepted_at, ends, keys, body, blob FROM segment WHERE first_seq >= ? ORDER BY first_seq";
    return this.rows<SegmentRow>(query, seq).flatMap((row) => {
      const events = eventsOf(row, transaction);
      const { blob } = row;
      return blob === null ? events : events.map((event) => ({ ...event, data: this.#blob(blob) }));
    });
  }

  /** First event of each segment -> whether its events can still be read. */
  segments(): Map<number, boolean> {
    const rows = this.rows<{ first_seq: number; bytes: number }>(
      "SELECT first_seq, LENGTH(body) AS bytes FROM segment",
    );
    return new Map(rows.map((row) => [row.first_seq, row.bytes > 0]));
  }

  positions(): Map<string, StoredPosition> {
    const positions = new Map<string, StoredPosition>();
    for (const { body } of this.rows<{ body: string }>("SELECT body FROM position")) {
      const group: { scanned: number; positions: Record<string, StoredPosition> } = JSON.parse(body);
      for (const [uid, position] of Object.entries(group.positions)) {
        positions.set(uid, { ...position, scanned: group.scanned });
      }
    }
    return positions;
  }

  #blob(number: number): Uint8Array {
    const parts = this.rows<{ bytes: Uint8Array }>("SELECT bytes FROM chunk WHERE id / 64 = ? ORDER BY id", number);
    return Buffer.concat(parts.map(({ bytes }) => bytes));
  }

  stragglers(): StoredStraggler[] {
    return this.rows(
      `SELECT id, subscription, seq, state, due_at, event IS NOT NULL AS copied, reply IS NOT NULL AS holds_reply
       FROM straggler`,
    );
  }
}

/** Settled as the position has it: a straggler's row may say otherwise. */
export function isSettled({ next, scanned, done }: StoredPosition, seq: number): boolean {
  return seq < (next ?? scanned) || done.some(([from, to]) => seq >= from && seq <= to);
}

function eventsOf(row: SegmentRow, transaction: number): LoggedEvent[] {
  const keys: [index: number, key: string][] = row.keys === null ? [] : JSON.parse(row.keys);
  const view = new DataView(row.ends.buffer, row.ends.byteOffset, row.ends.byteLength);
  let start = 0;
  return Array.from({ length: row.ends.length / 4 }, (_, index) => {
    const end = view.getUint32(index * 4, true);
    const { attributes, hops, data } = readEvent(row.body.subarray(start, end));
    start = end;
    return {
      seq: row.first_seq + index,
      segment: row.first_seq,
      id: String(attributes.id),
      attributes,
      hops,
      data,
      acceptedAtMs: row.accepted_at,
      transaction,
      keys: keys.filter(([at]) => at === index).map(([, key]) => key),
    };
  });
}
