/**
 * Events out of an HTTP message, whichever content mode it uses (CloudEvents HTTP binding). Used for requests to the
 * ingress and for the answers of subscribers. Data stays the bytes that were sent.
 */
import { attributeFault, isEmptyOptional, nameFault } from "./attribute-rules.ts";
import { decodeStructured } from "./decode-structured.ts";
import type { Attributes, AttributeValue } from "./event.ts";
import { decodeHeaderValue } from "./header-value.ts";
import { arrayElements, MAX_PARTS } from "./json-members.ts";
import { isUtf8, mediaType } from "./media-type.ts";

/** The part of `Headers` that is needed; names are in lower case. */
export interface HeaderReader {
  get(name: string): string | null;
  forEach(visit: (value: string, name: string) => void): void;
}

export interface DecodedEvent {
  /** Valid; `knativebrokerttl` is still among them if it was sent. */
  readonly attributes: Attributes;
  /** May be a view on the body. */
  readonly data: Uint8Array;
}

export type DecodedMessage =
  /** One event, or those of a batch. */
  | { readonly kind: "events"; readonly events: readonly DecodedEvent[] }
  /** Neither ce- headers nor a structured or batched content type. */
  | { readonly kind: "no-event" }
  | { readonly kind: "malformed"; readonly message: string }
  | { readonly kind: "unsupported"; readonly message: string };

const FAMILY = "application/cloudevents";
const STRUCTURED = "application/cloudevents+json";
const BATCHED = "application/cloudevents-batch+json";
const HEADER_PREFIX = "ce-";

export function decodeMessage(headers: HeaderReader, body: Uint8Array): DecodedMessage {
  const contentType = headers.get("content-type");
  if (contentType === null || !isCloudEventsType(contentType)) return decodeBinary(headers, contentType, body);
  const type = mediaType(contentType);
  if (type !== STRUCTURED && type !== BATCHED) {
    return { kind: "unsupported", message: `send ${STRUCTURED}, ${BATCHED} or ce- headers, not ${type.slice(0, 100)}` };
  }
  if (!isUtf8(contentType)) return { kind: "unsupported", message: "events in JSON must be UTF-8" };
  if (type === BATCHED) return decodeBatch(body);
  const event = decodeStructured(body);
  return typeof event === "string" ? { kind: "malformed", message: event } : { kind: "events", events: [event] };
}

/** Whether a message with this content type is an event as a whole, so that it cannot be the data of a binary one. */
export function isCloudEventsType(contentType: string): boolean {
  return mediaType(contentType).startsWith(FAMILY);
}

function decodeBatch(body: Uint8Array): DecodedMessage {
  const elements = arrayElements(body);
  if (elements === undefined) {
    return { kind: "malformed", message: `a batch must be one valid JSON array of at most ${MAX_PARTS} events` };
  }
  if (elements.length === 0) return { kind: "malformed", message: "the batch is empty: send at least one event" };
  const events: DecodedEvent[] = [];
  for (const { start, end } of elements) {
    const event = decodeStructured(body.subarray(start, end));
    if (typeof event === "string") return { kind: "malformed", message: `event ${events.length}: ${event}` };
    events.push(event);
  }
  return { kind: "events", events };
}

function decodeBinary(headers: HeaderReader, contentType: string | null, body: Uint8Array): DecodedMessage {
  // Names are [a-z0-9]+ before they are set, so a plain object is safe: `__proto__` cannot be one of them.
  const attributes: Record<string, AttributeValue> = {};
  let found = false;
  let fault: string | undefined;
  headers.forEach((header, headerName) => {
    if (!headerName.startsWith(HEADER_PREFIX)) return;
    found = true;
    const name = headerName.slice(HEADER_PREFIX.length);
    const value = decodeHeaderValue(header);
    fault ??= nameFault(name);
    if (value === undefined) fault ??= `${headerName} is not valid UTF-8`;
    else if (fault === undefined && !isEmptyOptional(name, value)) attributes[name] = value;
  });
  if (!found) return { kind: "no-event" };
  if (contentType !== null && contentType !== "") attributes.datacontenttype = contentType;
  fault ??= attributeFault(attributes);
  if (fault !== undefined) return { kind: "malformed", message: fault };
  return { kind: "events", events: [{ attributes, data: body }] };
}
