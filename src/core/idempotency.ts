/** Keys that make an append happen once. The prefix keeps the origins apart, so that none can forge another's. */
import type { Purpose } from "./channel-protocol.ts";

/** A producer's `Idempotency-Key` header. */
export function producerKey(header: string): string {
  return `p:${header}`;
}

/** A webhook's delivery id, per source object. */
export function webhookKey(sourceUid: string, deliveryId: string): string {
  return `w:${sourceUid}:${deliveryId}`;
}

const HAND_OVER = "h:";

/** An event, a reply or a dead letter handed from one channel to another. */
export function handOverKey(parts: {
  readonly channelUid: string;
  readonly subscriptionUid: string;
  readonly epoch: number;
  readonly seq: number;
  readonly kind: Purpose;
}): string {
  return `${HAND_OVER}${parts.channelUid}:${parts.subscriptionUid}:${parts.epoch}:${parts.seq}:${parts.kind}`;
}

/** The delivery that a hand-over's key names, for people; undefined for other keys. */
export function handOverOf(
  key: string,
):
  | { readonly channel: string; readonly subscription: string; readonly seq: number; readonly kind: string }
  | undefined {
  if (!isHandOver(key)) return undefined;
  const [, channel = "", subscription = "", , seq = "", kind = ""] = key.split(":");
  return { channel, subscription, seq: Number(seq), kind };
}

/** Whether the key is one of a hand-over; producers' keys have a prefix of their own. */
export function isHandOver(key: string | undefined): boolean {
  return key?.startsWith(HAND_OVER) ?? false;
}

/** What makes a CloudEvent itself unique, for channels that deduplicate; the length keeps the two apart. */
export function dedupKey(source: string, id: string): string {
  return `e:${source.length}:${source}:${id}`;
}
