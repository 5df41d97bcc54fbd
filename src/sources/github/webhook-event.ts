/** The CloudEvent that a verified webhook becomes. Its data is the payload exactly as GitHub wrote it. */
import { withArrivalTime } from "../../core/arrival-time.ts";
import { attributeFault, nameFault } from "../../core/attribute-rules.ts";
import { type ChannelName, kindOfChannel } from "../../core/channel-name.ts";
import type { AttributeValue, CarriedEvent } from "../../core/event.ts";
import { MAX_HOPS } from "../../core/hops.ts";
import { mapWebhook } from "./mapping.ts";
import type { Payload } from "./payload.ts";

/** Attributes of the specification: extensions, `ceOverrides` included, must not touch them. */
const RESERVED = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "dataschema",
  "datacontenttype",
  "datacontentencoding",
  "schemaurl",
]);

/**
 * Longest text of a mapped attribute, characters. They travel as headers, escaped up to ninefold, and common servers
 * refuse more than 16 to 32 KB of those; the data has the full text.
 */
const MAX_MAPPED_LENGTH = 1_024;

export interface Webhook {
  /** `X-GitHub-Event` and `X-GitHub-Delivery`. */
  readonly eventName: string;
  readonly deliveryId: string;
  readonly payload: Payload;
  readonly data: Uint8Array;
  readonly receivedMs: number;
  readonly ownerAndRepository: string;
  readonly channel: ChannelName;
  /** Extensions of `spec.ceOverrides`. */
  readonly overrides: Readonly<Record<string, string>>;
}

export function webhookEvent(webhook: Webhook): CarriedEvent {
  const time = new Date(webhook.receivedMs).toISOString();
  const required = {
    specversion: "1.0",
    id: webhook.deliveryId,
    source: `https://github.com/${webhook.ownerAndRepository}`,
    type: `dev.knative.source.github.${webhook.eventName}`,
    datacontenttype: "application/json",
    time,
  };
  const mapped = mapWebhook(webhook.eventName, webhook.payload);
  const attributes: Record<string, AttributeValue> = { ...required };
  const carries = (name: string, value: AttributeValue) => attributeFault({ ...required, [name]: value }) === undefined;
  const isMappable = (name: string, value: AttributeValue) =>
    carries(name, value) && String(value).length <= MAX_MAPPED_LENGTH;
  if (mapped.subject !== undefined && isMappable("subject", mapped.subject)) attributes.subject = mapped.subject;
  for (const [name, value] of Object.entries(mapped.extensions)) if (isMappable(name, value)) attributes[name] = value;
  for (const [written, value] of Object.entries(webhook.overrides)) {
    const name = written.toLowerCase();
    if (nameFault(name) === undefined && !RESERVED.has(name) && carries(name, value)) attributes[name] = value;
  }
  // What a Broker's ingress adds to each event; this way to the Broker does not lead through it.
  const isBroker = kindOfChannel(webhook.channel) === "broker";
  const arrived = isBroker ? withArrivalTime(attributes, webhook.receivedMs) : attributes;
  return { head: { attributes: arrived, headers: [], hops: MAX_HOPS }, data: webhook.data };
}
