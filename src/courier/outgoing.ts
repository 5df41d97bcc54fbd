/** Events as deliveries send them: decoded once for all deliveries of a lease, encoded once for each format. */
import type { LeaseAnswer, LeasedEvent } from "../core/channel-protocol.ts";
import { encodeMessage, type OutgoingMessage } from "../core/encode-message.ts";
import type { Attributes, CarriedEvent } from "../core/event.ts";
import { decodeEvent } from "../core/event-codec.ts";

type Chunked = Extract<LeasedEvent, { kind: "chunked" }>;

export class Outgoing {
  readonly event: CarriedEvent;
  /** Where the data is read part by part, for an event too large for a lease. */
  readonly chunked: Chunked | undefined;
  readonly #messages = new Map<"binary" | "json", OutgoingMessage>();

  constructor(event: CarriedEvent, chunked: Chunked | undefined) {
    this.event = event;
    this.chunked = chunked;
  }

  /** The whole event; not for a chunked one, whose data is not here. */
  message(format: "binary" | "json"): OutgoingMessage {
    const known = this.#messages.get(format);
    if (known !== undefined) return known;
    const message = encodeMessage(this.event.head.attributes, this.event.data, format);
    this.#messages.set(format, message);
    return message;
  }

  /** The same event with more attributes. */
  with(extensions: Attributes): Outgoing {
    const { head, data } = this.event;
    return new Outgoing({ head: { ...head, attributes: { ...head.attributes, ...extensions } }, data }, this.chunked);
  }
}

/** The events of one lease; forgotten with it, so that each stays in memory only as long as its own deliveries. */
export class LeasedEvents {
  readonly #answer: LeaseAnswer;
  readonly #decoded = new Map<number, Outgoing>();

  constructor(answer: LeaseAnswer) {
    this.#answer = answer;
  }

  /** Undefined where the lease has no such event. */
  at(index: number): Outgoing | undefined {
    const known = this.#decoded.get(index);
    if (known !== undefined) return known;
    const place = this.#answer.events[index];
    if (place === undefined) return undefined;
    // A view on the lease would keep its other events alive for as long as this one's deliveries take.
    const event = decodeEvent(this.#answer.bytes.slice(place.start, place.end));
    const outgoing = new Outgoing(event, place.kind === "chunked" ? place : undefined);
    this.#decoded.set(index, outgoing);
    return outgoing;
  }
}
