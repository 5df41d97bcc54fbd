/** Reads the log on and says which types of events came, each with its source. A bounded part of it at a time, and only heads. */
import { attributeOf, type EventHead } from "../core/event.ts";
import { positionText } from "../core/positions.ts";
import type { SeenType, SeenTypes } from "../core/seen-types.ts";
import { seqOf } from "./configure.ts";
import { headAt, type Segment } from "./log.ts";
import type { ChannelState } from "./state.ts";

/** Events that one answer comes from: some milliseconds in which the channel does nothing else. */
const MOST_EVENTS_READ = 5_000;
/** Segments that it comes from, bytes: as long, where they are read from disk. */
const MOST_BYTES_READ = 8 * 1024 * 1024;
/** In one answer. */
const MOST_TYPES = 100;

export function seenTypes(state: ChannelState, from: string | undefined): SeenTypes {
  const types = new DistinctTypes();
  let [seq, events, bytes] = [startOf(state, from), 0, 0];
  const isFull = () => types.all.length >= MOST_TYPES || events >= MOST_EVENTS_READ || bytes >= MOST_BYTES_READ;
  while (!isFull()) {
    const segment = state.log.segmentFrom(seq);
    if (segment === undefined) break;
    const end = segment.firstSeq + segment.count;
    seq = Math.max(seq, segment.firstSeq);
    if (!isReadable(segment)) {
      seq = end;
      events++;
    }
    for (; seq < end && !isFull(); seq++, events++) types.add(headAt(segment, seq));
    bytes += segment.body.length;
  }
  return { types: types.all, next: positionText(seq), more: seq < state.log.head };
}

/** Where the log begins later than that, or ends before it, its oldest event. */
function startOf(state: ChannelState, from: string | undefined): number {
  const known = from === undefined ? undefined : seqOf(state, { kind: "position", position: from });
  return known ?? seqOf(state, { kind: "earliest" }) ?? state.log.head;
}

/** Of some, retention has left the idempotency keys alone. */
function isReadable(segment: Segment): boolean {
  return segment.ends.length > 0;
}

class DistinctTypes {
  readonly all: SeenType[] = [];
  /** By type. */
  readonly #sources = new Map<string, Set<string>>();

  add({ attributes }: EventHead): void {
    const type = String(attributeOf(attributes, "type"));
    const source = String(attributeOf(attributes, "source"));
    const sources = this.#sources.get(type);
    if (sources?.has(source)) return;
    if (sources === undefined) this.#sources.set(type, new Set([source]));
    else sources.add(source);
    const dataschema = attributeOf(attributes, "dataschema");
    this.all.push({ type, source, ...(dataschema === undefined ? {} : { dataschema: String(dataschema) }) });
  }
}
