/** The stored form of an event, written and read here on its own account, so that the product's codec is held to it. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface StoredHead {
  readonly attributes: Attributes;
  readonly hops: number;
}

const HEAD_LENGTH_BYTES = 4;

export function encodedEvent(event: StoredHead & { readonly dataBytes: number }): Uint8Array {
  const head = Buffer.from(JSON.stringify({ attributes: event.attributes, headers: [], hops: event.hops }));
  const bytes = new Uint8Array(HEAD_LENGTH_BYTES + head.length + event.dataBytes);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, HEAD_LENGTH_BYTES);
  bytes.fill(7, HEAD_LENGTH_BYTES + head.length);
  return bytes;
}

export function readHead(bytes: Uint8Array): StoredHead & { readonly dataBytes: number } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = HEAD_LENGTH_BYTES + view.readUInt32BE(0);
  return { ...JSON.parse(view.toString("utf8", HEAD_LENGTH_BYTES, end)), dataBytes: bytes.length - end };
}
