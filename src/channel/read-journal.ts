/** What the journal says of one event: its rows from the event's time on, and what waits in memory for its row. */
import type { JournalEntry } from "./journal-entry.ts";
import type { ChannelState } from "./state.ts";

/** Rows of the journal that one event's history is looked for in; a busy channel writes some 20 in a second, others one. */
const MOST_ROWS = 5_000;
/** As much of it as is read in a fifth of a second. */
const MOST_BYTES = 64 * 1024 * 1024;
const PAGE_ROWS = 200;

export interface History {
  /** In the order in which they were written; of a skip, only one that passed over the event. */
  readonly entries: readonly JournalEntry[];
  readonly limits: readonly string[];
}

/** Row ids are times: what came of an event stands in rows that are no older than the event. */
export function readJournal(state: ChannelState, seq: number, acceptedAtMs: number): History {
  const bodies: string[] = [];
  const read = { rows: 0, bytes: 0 };
  const limits: string[] = [];
  for (let from = acceptedAtMs; ; ) {
    const page = state.storage.journalPage(from, PAGE_ROWS);
    if (page.rows === 0) break;
    // The sequence number stands behind the name of its subscription, see `JournalEntry`.
    bodies.push(...state.storage.journalWith([`",${seq},`, '"skip",'], { from, to: page.last }));
    read.rows += page.rows;
    read.bytes += page.bytes;
    from = page.last + 1;
    if (page.rows < PAGE_ROWS) break;
    if (read.rows < MOST_ROWS && read.bytes < MOST_BYTES) continue;
    limits.push(`the journal was read up to ${new Date(page.last).toISOString()} only: later attempts are not shown`);
    break;
  }
  const stored = bodies.flatMap((body): readonly JournalEntry[] => JSON.parse(body));
  return { entries: [...stored, ...state.changes.journal].filter((entry) => concerns(entry, seq)), limits };
}

function concerns([, at, from, purpose]: JournalEntry, seq: number): boolean {
  return purpose === "skip" ? from <= seq && seq < at : at === seq;
}
