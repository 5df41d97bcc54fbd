/** What this channel knows of an event: where it is in the log, and what became of it for each subscription. */
import { type Attributes, attributeOf } from "../core/event.ts";
import { decodeHead } from "../core/event-codec.ts";
import { explainFilter } from "../core/filters/filter.ts";
import { isHandOver } from "../core/idempotency.ts";
import { parsePosition, positionText } from "../core/positions.ts";
import type { ChannelTrace, Sought, TracedEvent } from "../core/trace.ts";
import { type Finds, findEvent } from "./find-event.ts";
import { eventBytes, type Segment } from "./log.ts";
import { readJournal } from "./read-journal.ts";
import type { ChannelState } from "./state.ts";
import { tracedDelivery } from "./traced-delivery.ts";

/** Events that one answer tells of: each costs a look through the journal. */
const MOST_EVENTS = 50;
/** Subscriptions that one event is shown with; those that it does not concern come last. */
const MOST_SUBSCRIPTIONS = 200;
/** Rows that parked deliveries are looked for in: they have no index by event. */
const MOST_STRAGGLERS = 20_000;
const SHOWN = ["id", "source", "type", "subject", "time"];

export function trace(state: ChannelState, sought: Sought): ChannelTrace {
  const found = find(state, sought);
  const limits = [...found.limits];
  if (found.seqs.length > MOST_EVENTS) limits.push(`only ${MOST_EVENTS} events of this channel are shown`);
  const among = Math.min(found.seqs.length, MOST_EVENTS);
  const events = found.seqs.slice(0, MOST_EVENTS).flatMap((seq) => {
    const logged = state.log.eventAt(seq);
    return logged === undefined ? [] : [tracedEvent(state, seq, { segment: logged.segment, among, limits })];
  });
  return { events, read: found.read, limits: [...new Set(limits)] };
}

function find(state: ChannelState, sought: Sought): Finds {
  switch (sought.kind) {
    case "event":
      return findEvent(state, sought);
    case "places": {
      const places = [
        ...sought.keys.map((key) => state.keys.find(key, 0)),
        ...sought.positions.map((position) => parsePosition(position)),
      ];
      const seqs = new Set(places.filter((seq) => seq !== undefined));
      return { seqs: [...seqs], read: { events: seqs.size, bytes: 0 }, limits: [] };
    }
    default:
      return sought satisfies never;
  }
}

function tracedEvent(
  state: ChannelState,
  seq: number,
  { segment, among, limits }: { readonly segment: Segment; readonly among: number; readonly limits: string[] },
): TracedEvent {
  const { attributes } = decodeHead(eventBytes(segment, seq));
  const history = readJournal(state, { seq, acceptedAtMs: segment.acceptedAtMs, among });
  limits.push(...history.limits);
  const entries = Map.groupBy(history.entries, ({ subscription }) => subscription);
  const parked = new Map(state.storage.stragglers.parkedOf(seq, MOST_STRAGGLERS).map((row) => [row.subscription, row]));
  const all = [...state.subscriptions.values()].map((subscription) => {
    const { uid } = subscription;
    const passes = subscription.filter(attributes);
    return { subscription, passes, concerned: passes || entries.has(uid) || parked.has(uid) };
  });
  if (all.length > MOST_SUBSCRIPTIONS)
    limits.push(`only ${MOST_SUBSCRIPTIONS} of ${all.length} subscriptions are shown`);
  const concernedFirst = all.toSorted((one, other) => Number(other.concerned) - Number(one.concerned));
  const key = handOverKeyOf(state, seq);
  return {
    position: positionText(seq),
    acceptedAt: new Date(segment.acceptedAtMs).toISOString(),
    ...(key === undefined ? {} : { key }),
    attributes: shown(attributes),
    subscriptions: concernedFirst.slice(0, MOST_SUBSCRIPTIONS).map(({ subscription, passes }) =>
      tracedDelivery(subscription, seq, {
        channel: state.identity.name,
        rejections: passes ? [] : explainFilter(subscription.configuration.filter, attributes),
        entries: entries.get(subscription.uid) ?? [],
        parked: parked.get(subscription.uid),
      }),
    ),
  };
}

function shown(attributes: Attributes): Attributes {
  const entries = SHOWN.map((name) => [name, attributeOf(attributes, name)] as const);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function handOverKeyOf(state: ChannelState, seq: number): string | undefined {
  const segment = state.storage.segments.keysAt(seq);
  if (segment?.keys == null) return undefined;
  const keys: readonly (readonly [index: number, key: string])[] = JSON.parse(segment.keys);
  return keys.find(([index, key]) => index === seq - segment.first_seq && isHandOver(key))?.[1];
}
