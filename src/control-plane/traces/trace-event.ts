/**
 * One event's way through the channels of a namespace: first every channel is asked for it by `source` and `id`, then those
 * that it was handed to, or into which a reply of it went, and so on from there. Channels know nothing of each other's logs;
 * what joins their answers is the key of each hand-over.
 */
import type { ChannelName } from "../../core/channel-name.ts";
import type { Sent, Sought, TracedEvent } from "../../core/trace.ts";
import { ChannelVisits, type Found, type Question, type Unread, type VisitPorts } from "./channel-visits.ts";
import { type TraceNode, traceTree } from "./trace-tree.ts";

/** Channels that are searched for the event. */
const MOST_CHANNELS = 100;
/** Hand-overs and replies in a row that are followed: longer than any Sequence that people write. */
const DEEPEST = 32;
/** Events of a trace, whatever branches off: what one answer can carry. */
const MOST_EVENTS = 500;

export interface TracePorts extends VisitPorts {
  readonly channelsOf: (namespace: string) => readonly ChannelName[];
}

export interface Trace {
  /** Where the event is by itself; what it led to hangs below. */
  readonly events: readonly TraceNode[];
  readonly searched: { readonly channels: number; readonly events: number; readonly bytes: number };
  /** Sentences about what cut the trace short; empty when it is whole. */
  readonly limits: readonly string[];
  /** Channels that gave no answer. */
  readonly unread: readonly Unread[];
}

export async function traceEvent(
  sought: Extract<Sought, { kind: "event" }>,
  namespace: string,
  ports: TracePorts,
): Promise<Trace> {
  const visits = new ChannelVisits(ports);
  const all = ports.channelsOf(namespace);
  const channels = all.slice(0, MOST_CHANNELS);
  const limits: string[] = [];
  if (all.length > channels.length) limits.push(`only ${channels.length} of ${all.length} channels were searched`);
  const known = new Map<string, Found>();
  let fresh = added(await visits.ask(channels.map((channel) => ({ channel, sought }))), known);
  for (let depth = 1; fresh.length > 0; depth++) {
    const questions = leads(fresh, { namespace, known });
    if (questions.length === 0) break;
    if (depth > DEEPEST || known.size >= MOST_EVENTS) {
      limits.push(`the trace ends after ${depth - 1} steps and ${known.size} events: what follows is not shown`);
      break;
    }
    fresh = added(await visits.ask(questions), known);
  }
  return {
    events: traceTree([...known.values()]),
    searched: { channels: channels.length, ...visits.read },
    limits: [...limits, ...visits.limits],
    unread: visits.unread,
  };
}

/** Those that were not known, which they are from now on. */
function added(found: readonly Found[], known: Map<string, Found>): readonly Found[] {
  const fresh = found.filter(({ channel, event }) => !known.has(placeOf(channel, event.position)));
  for (const each of fresh) known.set(placeOf(each.channel, each.event.position), each);
  return fresh;
}

interface Sighted {
  readonly namespace: string;
  readonly known: ReadonlyMap<string, Found>;
}

/** What to ask of which channel next. Another namespace's channels are not asked: its viewers are others. */
function leads(found: readonly Found[], { namespace, known }: Sighted): readonly Question[] {
  const places = new Map<ChannelName, { readonly keys: Set<string>; readonly positions: Set<string> }>();
  const at = (channel: ChannelName) => {
    const wanted = places.get(channel) ?? { keys: new Set<string>(), positions: new Set<string>() };
    places.set(channel, wanted);
    return wanted;
  };
  const keysFound = new Set([...known.values()].map(({ event }) => event.key));
  for (const { channel, event } of found) {
    for (const sent of sentFrom(event)) {
      if (sent.to === "same-channel" && !known.has(placeOf(channel, sent.position))) {
        at(channel).positions.add(sent.position);
      }
      if (sent.to !== "channel" || !sent.channel.startsWith(`${namespace}/`)) continue;
      for (const key of sent.keys) if (!keysFound.has(key)) at(sent.channel).keys.add(key);
    }
  }
  return [...places].map(([channel, { keys, positions }]) => ({
    channel,
    sought: { kind: "places", keys: [...keys], positions: [...positions] },
  }));
}

function sentFrom({ subscriptions }: TracedEvent): readonly Sent[] {
  return subscriptions.flatMap(({ sent }) => sent);
}

function placeOf(channel: ChannelName, position: string): string {
  return `${channel} ${position}`;
}
