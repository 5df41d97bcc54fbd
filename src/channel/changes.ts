/**
 * What memory knows and storage does not yet: collected while outcomes arrive, written by the next commit, in one
 * transaction. A crash before that commit repeats what these changes would have recorded.
 */
import type { JournalEntry } from "./journal-entry.ts";
import type { StragglerRow } from "./straggler-table.ts";

/** With this many outcomes the next commit writes a journal row, however young they are. */
const JOURNAL_ENTRIES = 500;
/** Outcomes wait this long for company before they cost a row, milliseconds. */
export const JOURNAL_AGE_MS = 1_000;

export class Changes {
  /** Groups of subscriptions whose positions or counters moved. */
  readonly positions = new Set<number>();
  readonly stragglers = new Map<number, StragglerRow | "deleted">();
  journal: JournalEntry[] = [];
  /** Something must be kept before anyone is told: the commit may not wait for company. */
  urgent = false;

  get isEmpty(): boolean {
    return this.positions.size === 0 && this.stragglers.size === 0;
  }

  putStraggler(row: StragglerRow, options: { readonly urgent: boolean }): void {
    const before = this.stragglers.get(row.id);
    // A reply that is not written yet goes with what is written in its row's place.
    const reply = row.reply ?? (before === undefined || before === "deleted" ? null : before.reply);
    this.stragglers.set(row.id, { ...row, reply });
    if (options.urgent) this.urgent = true;
  }

  deleteStraggler(id: number): void {
    this.stragglers.set(id, "deleted");
  }

  journalIsDue(nowMs: number): boolean {
    const oldest = this.journal[0];
    return oldest !== undefined && (this.journal.length >= JOURNAL_ENTRIES || nowMs - oldest[6] >= JOURNAL_AGE_MS);
  }

  written(): void {
    this.positions.clear();
    this.stragglers.clear();
    this.urgent = false;
  }
}
