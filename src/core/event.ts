/**
 * An event as Sluice carries it: context attributes with the types they arrived with, the request headers that
 * travel with it, the hops it has left, and its data as opaque bytes that are never parsed on the way through.
 */

/** A context attribute or extension. Numbers are only those whose JSON text survives a round trip. */
export type AttributeValue = string | number | boolean;

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Lower-case header name and value. */
export type Header = readonly [name: string, value: string];

export interface EventHead {
  /** `specversion`, `id`, `source`, `type` always; `datacontenttype` included; never `knativebrokerttl`. */
  readonly attributes: Attributes;
  /** Headers of the producer's request that subscribers see too. */
  readonly headers: readonly Header[];
  /** Deliveries this event and everything it causes may still make, 1 or more. Subscribers never see it. */
  readonly hops: number;
}

export interface CarriedEvent {
  readonly head: EventHead;
  readonly data: Uint8Array;
}

/** The attribute's value, or undefined; safe for names like `constructor`. */
export function attributeOf(attributes: Attributes, name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** What filters and headers compare and show: the string form of a value. */
export function attributeText(value: AttributeValue): string {
  return typeof value === "string" ? value : String(value);
}
