/**
 * Finds an event by its `source` and `id` in the log, newest first. There is no index by id, because each of its rows would
 * cost as much as a commit; instead a bounded part of the log is read, and only heads are looked at.
 */
import { attributeOf } from "../core/event.ts";
import { dataOffset, decodeHead } from "../core/event-codec.ts";
import type { Sought } from "../core/trace.ts";
import { eventBytes } from "./log.ts";
import type { ChannelState } from "./state.ts";

/** Events that one search looks at: some tens of milliseconds in which the channel does nothing else. */
const MOST_EVENTS_READ = 50_000;
/** Segments that one search reads, bytes: as long, where they come from disk. */
const MOST_BYTES_READ = 32 * 1024 * 1024;
/** A channel without deduplication may have the same event often. */
const MOST_FOUND = 10;

export interface Finds {
  readonly seqs: readonly number[];
  readonly read: { readonly events: number; readonly bytes: number };
  readonly limits: readonly string[];
}

export function findEvent(state: ChannelState, sought: Extract<Sought, { kind: "event" }>): Finds {
  const isSought = sameEvent(sought.source, sought.id);
  const seqs: number[] = [];
  const read = { events: 0, bytes: 0 };
  let seq = endOf(state, sought.toMs) - 1;
  for (;;) {
    const segment = state.log.segmentFrom(seq);
    // What retention removed, or left for its idempotency keys alone, has nothing readable before it.
    if (seq < 1 || segment === undefined || segment.firstSeq > seq || segment.ends.length === 0) break;
    if (segment.acceptedAtMs < (sought.fromMs ?? 0)) break;
    read.bytes += segment.body.length;
    for (; seq >= segment.firstSeq; seq--, read.events++) if (isSought(eventBytes(segment, seq))) seqs.push(seq);
    const limit = limitReached(seqs.length, read);
    if (limit !== undefined) return { seqs: seqs.slice(0, MOST_FOUND), read, limits: [limit] };
  }
  return { seqs, read, limits: [] };
}

function limitReached(found: number, read: { readonly events: number; readonly bytes: number }): string | undefined {
  if (found >= MOST_FOUND)
    return `the newest ${MOST_FOUND} events with this source and id are shown, there may be others`;
  if (read.events < MOST_EVENTS_READ && read.bytes < MOST_BYTES_READ) return undefined;
  return `only the newest ${read.events} events of the log were looked at: narrow the search with from and to`;
}

/** The first event that is too late to be looked at. */
function endOf(state: ChannelState, toMs: number | undefined): number {
  if (toMs === undefined) return state.log.head;
  return Math.min(state.log.head, state.storage.segments.seqAtTime(toMs + 1) ?? state.log.head);
}

/** Most events are told apart by their bytes; only one that has the id somewhere in its head is decoded. */
function sameEvent(source: string, id: string): (event: Uint8Array) => boolean {
  const member = new TextEncoder().encode(`"id":${JSON.stringify(id)}`);
  return (event) => {
    if (!contains(event, member, dataOffset(event))) return false;
    const { attributes } = decodeHead(event);
    return attributeOf(attributes, "id") === id && attributeOf(attributes, "source") === source;
  };
}

function contains(bytes: Uint8Array, sought: Uint8Array, end: number): boolean {
  const last = end - sought.length;
  const [first = 0] = sought;
  for (let at = bytes.indexOf(first); at >= 0 && at <= last; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < sought.length && bytes[at + same] === sought[same]) same++;
    if (same === sought.length) return true;
  }
  return false;
}
