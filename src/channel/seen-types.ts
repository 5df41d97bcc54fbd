/** Reads the log on and says which types of events came, each with its source. A bounded part of it at a time, and only heads. */
import assert from "../core/assert.ts";
import { type Attributes, attributeOf, attributeText, type EventHead } from "../core/event.ts";
import { positionText } from "../core/positions.ts";
import type { SeenType, SeenTypes } from "../core/seen-types.ts";
import { headAt } from "./log.ts";
import { startSeq } from "./log-place.ts";
import type { ChannelState } from "./state.ts";

/** Events that one answer comes from: some milliseconds in which the channel does nothing else. */
const MOST_EVENTS_READ = 5_000;
/** No further segment is read after so many bytes of them: as long, where they come from disk. */
const BYTES_READ = 8 * 1024 * 1024;
/** In one answer. */
const MOST_TYPES = 100;
/** Characters of type, source and dataschema: names and addresses are much shorter, and whoever may post chooses them. */
const LONGEST = 1_024;
const ATTRIBUTES = ["type", "source", "dataschema"];

export function seenTypes(state: ChannelState, from: string | undefined): SeenTypes {
  const types = new DistinctTypes();
  let seq = startSeq(state, from === undefined ? { kind: "earliest" } : { kind: "position", position: from });
  let [events, bytes] = [0, 0];
  const isFull = () => types.all.length >= MOST_TYPES || events >= MOST_EVENTS_READ || bytes >= BYTES_READ;
  while (!isFull()) {
    const segment = state.log.segmentFrom(seq);
    if (segment === undefined) break;
    const end = segment.firstSeq + segment.count;
    seq = Math.max(seq, segment.firstSeq);
    assert(segment.ends.length > 0, "the segments behind one that can be read can be read");
    for (; seq < end && !isFull(); seq++, events++) types.add(headAt(segment, seq));
    bytes += segment.body.length;
  }
  return { types: types.all, tooLong: types.tooLong, next: positionText(seq), more: seq < state.log.head };
}

class DistinctTypes {
  readonly all: SeenType[] = [];
  tooLong = 0;
  /** By type. */
  readonly #sources = new Map<string, Set<string>>();

  add({ attributes }: EventHead): void {
    const [type = "", source = "", dataschema] = ATTRIBUTES.map((name) => textOf(attributes, name));
    if (type.length + source.length + (dataschema ?? "").length > LONGEST) {
      this.tooLong++;
      return;
    }
    const sources = this.#sources.get(type);
    if (sources?.has(source)) return;
    if (sources === undefined) this.#sources.set(type, new Set([source]));
    else sources.add(source);
    this.all.push({ type, source, ...(dataschema === undefined ? {} : { dataschema }) });
  }
}

function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributeOf(attributes, name);
  return value === undefined ? undefined : attributeText(value);
}
