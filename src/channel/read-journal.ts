/** What the journal says of one event: its rows from the event's time on, and what waits in memory for its row. */
import { type JournalEntry, type Recorded, recordedBy } from "./journal-entry.ts";
import type { ChannelState } from "./state.ts";

/** Rows that one answer looks through, for all its events; a busy channel writes some 20 in a second, others one. */
const MOST_ROWS = 5_000;
/** As much of it as is looked through in a fifth of a second, in which the channel does nothing else. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Some 2 MB where they are full. */
const PAGE_ROWS = 50;

export interface History {
  /** In the order in which they were written; of a skip, only one that passed over the event. */
  readonly entries: readonly Recorded[];
  readonly limits: readonly string[];
}

export interface Event {
  readonly seq: number;
  readonly acceptedAtMs: number;
  /** Events of the answer, which share its limits. */
  readonly among: number;
}

/** Row ids are times: what came of an event stands in rows that are no older than the event. */
export function readJournal(state: ChannelState, { seq, acceptedAtMs, among }: Event): History {
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
    if (read.rows * among < MOST_ROWS && read.bytes * among < MOST_BYTES) continue;
    limits.push(`the journal was read up to ${new Date(page.last).toISOString()} only: later attempts are not shown`);
    break;
  }
  const stored = bodies.flatMap((body): readonly JournalEntry[] => JSON.parse(body));
  const entries = [...stored, ...state.changes.journal].map(recordedBy);
  return { entries: entries.filter((entry) => concerns(entry, seq)), limits };
}

function concerns(entry: Recorded, seq: number): boolean {
  return entry.purpose === "skip" ? entry.attempt <= seq && seq < entry.seq : entry.seq === seq;
}
