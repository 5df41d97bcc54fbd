/** What channels told of events, as trees: below each delivery what it sent on, and what became of that. */
import type { ChannelName } from "../../core/channel-name.ts";
import type { Purpose } from "../../core/channel-protocol.ts";
import type { Attributes } from "../../core/event.ts";
import { handOverOf } from "../../core/idempotency.ts";
import { positionText } from "../../core/positions.ts";
import type { Sent, TracedDelivery } from "../../core/trace.ts";
import type { Found } from "./channel-visits.ts";

export interface TraceNode {
  readonly channel: ChannelName;
  readonly position: string;
  readonly acceptedAt: string;
  readonly attributes: Attributes;
  /** Of an event that another channel handed over, where that one's own event is not in the trace. */
  readonly cameFrom?: {
    readonly channel: string;
    readonly position: string;
    readonly subscription: string;
    readonly kind: string;
  };
  readonly subscriptions: readonly DeliveryNode[];
}

export type DeliveryNode = Omit<TracedDelivery, "sent"> & { readonly sent: readonly SentNode[] };

export type SentNode =
  | { readonly kind: Purpose; readonly to: string; readonly event: TraceNode }
  /** A URL, or a channel in whose log it is not any more. */
  | { readonly kind: Purpose; readonly to: string; readonly missing?: string };

const MISSING = "it is not in that channel's log, or not any more";

/** The events that none of the others led to, with those that they led to. */
export function traceTree(found: readonly Found[]): readonly TraceNode[] {
  const tree = new Tree(found);
  const led = new Set(found.flatMap((each) => tree.ledTo(each)));
  return found.filter((each) => !led.has(each)).map((each) => tree.node(each));
}

class Tree {
  readonly #byPlace = new Map<string, Found>();

  constructor(found: readonly Found[]) {
    for (const each of found) {
      this.#byPlace.set(`${each.channel} ${each.event.position}`, each);
      if (each.event.key !== undefined) this.#byPlace.set(`${each.channel} ${each.event.key}`, each);
    }
  }

  ledTo({ channel, event }: Found): readonly Found[] {
    return event.subscriptions.flatMap(({ sent }) => sent.flatMap((each) => this.#children(channel, each)));
  }

  /** It ends: what was handed over or appended came later than what led to it. */
  node({ channel, event }: Found): TraceNode {
    const { position, acceptedAt, attributes, key, subscriptions } = event;
    const from = key === undefined ? undefined : handOverOf(key);
    const isRoot = from !== undefined && !this.#byPlace.has(`${from.channel} ${positionText(from.seq)}`);
    return {
      channel,
      position,
      acceptedAt,
      attributes,
      ...(from !== undefined && isRoot ? { cameFrom: cameFrom(from) } : {}),
      subscriptions: subscriptions.map(({ sent, ...delivery }) => ({
        ...delivery,
        sent: sent.flatMap((each) => this.#sent(channel, each)),
      })),
    };
  }

  #sent(channel: ChannelName, sent: Sent): readonly SentNode[] {
    const { kind } = sent;
    const to = sent.to === "url" ? sent.url : sent.to === "channel" ? sent.channel : channel;
    const events = this.#children(channel, sent).map((child) => ({ kind, to, event: this.node(child) }));
    if (events.length > 0 || sent.to === "url") return events.length > 0 ? events : [{ kind, to }];
    // Named only because it might have been sent.
    if (sent.to === "channel" && !sent.isCertain) return [];
    return [{ kind, to, missing: MISSING }];
  }

  #children(channel: ChannelName, sent: Sent): readonly Found[] {
    switch (sent.to) {
      case "same-channel":
        return this.#at(`${channel} ${sent.position}`);
      case "channel":
        return sent.keys.flatMap((key) => this.#at(`${sent.channel} ${key}`));
      case "url":
        return [];
      default:
        return sent satisfies never;
    }
  }

  #at(place: string): readonly Found[] {
    const found = this.#byPlace.get(place);
    return found === undefined ? [] : [found];
  }
}

function cameFrom({ channel, subscription, seq, kind }: NonNullable<ReturnType<typeof handOverOf>>) {
  return { channel, position: positionText(seq), subscription, kind };
}
