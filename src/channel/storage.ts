/** The SQL of a channel object: this file, segment-table.ts and straggler-table.ts. Callers decide what goes into one transaction. */
import type { SqlStore } from "../core/sql-store.ts";
import { SegmentTable } from "./segment-table.ts";
import { StragglerTable } from "./straggler-table.ts";

/** What the numbers in `meta.key` mean. Configuration parts begin at CONFIGURATION. */
const META = { migration: 1, identity: 2, epoch: 3, newestBlob: 4, configuration: 100 } as const;

/** A configuration with thousands of subscriptions is cut into rows of this many characters. */
const CONFIGURATION_PART = 400_000;

export interface Identity {
  /** The object's name, because an alarm is not told it. */
  readonly name: string;
  readonly uid: string;
  readonly version: number;
  readonly hash: string;
  /** A tombstone: the channel was deleted at this version. */
  readonly removed: boolean;
}

export type JournalPage = {
  readonly rows: number;
  readonly bytes: number;
  /** Id of the last of them; 0 where there is none. */
  readonly last: number;
};

type Count = { n: number | null };

export class ChannelStorage {
  readonly segments: SegmentTable;
  readonly stragglers: StragglerTable;
  readonly #sql: SqlStore;

  constructor(sql: SqlStore) {
    this.#sql = sql;
    this.segments = new SegmentTable(sql);
    this.stragglers = new StragglerTable(sql);
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }

  /** False for an object that was never configured: such an object writes nothing. */
  exists(): boolean {
    return this.#sql.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'").length > 0;
  }

  /** Brings the tables to the newest migration. */
  migrate(migrations: readonly string[]): void {
    const done = this.exists() ? Number(this.#meta(META.migration) ?? 0) : 0;
    if (done >= migrations.length) return;
    this.transaction(() => {
      for (const migration of migrations.slice(done)) this.#sql.run(migration);
      this.#setMeta(META.migration, String(migrations.length));
    });
  }

  /** Empties everything but the schema: the storage belongs to another uid now. */
  wipe(): void {
    for (const table of ["segment", "chunk", "position", "straggler", "journal"]) this.#sql.run(`DELETE FROM ${table}`);
    this.#sql.run("DELETE FROM meta WHERE key >= ?", META.configuration);
  }

  identity(): Identity | undefined {
    const text = this.#meta(META.identity);
    return text === undefined ? undefined : JSON.parse(text);
  }

  setIdentity(identity: Identity): void {
    this.#setMeta(META.identity, JSON.stringify(identity));
  }

  epoch(): number {
    return Number(this.#meta(META.epoch) ?? 0);
  }

  setEpoch(epoch: number): void {
    this.#setMeta(META.epoch, String(epoch));
  }

  /** Of all that were ever written, also for another uid: a courier that is late must not read what took a blob's place. */
  newestBlob(): number {
    return Math.max(Number(this.#meta(META.newestBlob) ?? 0), this.segments.newestBlob());
  }

  setNewestBlob(id: number): void {
    this.#setMeta(META.newestBlob, String(id));
  }

  configuration(): string {
    return this.#sql
      .all<{ value: string }>("SELECT value FROM meta WHERE key >= ? ORDER BY key", META.configuration)
      .map((row) => row.value)
      .join("");
  }

  setConfiguration(text: string): void {
    this.#sql.run("DELETE FROM meta WHERE key >= ?", META.configuration);
    for (let start = 0, part = 0; start < text.length; part++) {
      let end = start + CONFIGURATION_PART;
      // Half a surrogate pair would not survive as UTF-8.
      if (isHighSurrogate(text.charCodeAt(end - 1))) end--;
      this.#setMeta(META.configuration + part, text.slice(start, end));
      start = end;
    }
  }

  positions(): { id: number; body: string }[] {
    return this.#sql.all<{ id: number; body: string }>("SELECT id, body FROM position ORDER BY id");
  }

  putPosition(id: number, body: string): void {
    this.#sql.run(
      "INSERT INTO position (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
      id,
      body,
    );
  }

  deletePosition(id: number): void {
    this.#sql.run("DELETE FROM position WHERE id = ?", id);
  }

  insertJournal(id: number, body: string): void {
    this.#sql.run("INSERT INTO journal (id, body) VALUES (?, ?)", id, body);
  }

  /** What the next rows of the journal from `from` on come to. */
  journalPage(from: number, limit: number): JournalPage {
    const [page] = this.#sql.all<JournalPage>(
      `SELECT COUNT(*) AS rows, COALESCE(SUM(LENGTH(body)), 0) AS bytes, COALESCE(MAX(id), 0) AS last
       FROM (SELECT id, body FROM journal WHERE id >= ? ORDER BY id LIMIT ?)`,
      from,
      limit,
    );
    return page ?? { rows: 0, bytes: 0, last: 0 };
  }

  /** Bodies of rows between two ids, both included, in which one of these texts is. */
  journalWith(texts: readonly [string, string], range: { readonly from: number; readonly to: number }): string[] {
    return this.#sql
      .all<{ body: string }>(
        "SELECT body FROM journal WHERE id >= ? AND id <= ? AND (instr(body, ?) > 0 OR instr(body, ?) > 0) ORDER BY id",
        range.from,
        range.to,
        ...texts,
      )
      .map((row) => row.body);
  }

  newestJournal(): number {
    return this.#sql.all<Count>("SELECT MAX(id) AS n FROM journal")[0]?.n ?? 0;
  }

  trimJournal(beforeId: number): void {
    this.#sql.run("DELETE FROM journal WHERE id < ?", beforeId);
  }

  #meta(key: number): string | undefined {
    return this.#sql.all<{ value: string }>("SELECT value FROM meta WHERE key = ?", key)[0]?.value;
  }

  #setMeta(key: number, value: string): void {
    this.#sql.run(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      value,
    );
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
