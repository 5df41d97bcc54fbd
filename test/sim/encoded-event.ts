/** The stored form of an event, written and read here on its own account, so that the product's codec is held to it. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface StoredHead {
  readonly attributes: Attributes;
  readonly hops: number;
}

/** Of an event that is cut into chunks the data is elsewhere. */
export interface StoredEvent extends StoredHead {
  readonly data: Uint8Array;
}

const HEAD_LENGTH_BYTES = 4;

export function encodedEvent({ attributes, hops, data }: StoredEvent): Uint8Array {
  const head = Buffer.from(JSON.stringify({ attributes, headers: [], hops }));
  const bytes = new Uint8Array(HEAD_LENGTH_BYTES + head.length + data.length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, HEAD_LENGTH_BYTES);
  bytes.set(data, HEAD_LENGTH_BYTES + head.length);
  return bytes;
}

export function readEvent(bytes: Uint8Array): StoredEvent {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = HEAD_LENGTH_BYTES + view.readUInt32BE(0);
  return { ...JSON.parse(view.toString("utf8", HEAD_LENGTH_BYTES, end)), data: bytes.subarray(end) };
}
