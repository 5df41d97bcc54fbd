/** The fields of a protobuf message as they stand on the wire, without what they mean. */

export type WireField =
  | { readonly kind: "varint"; readonly number: number; readonly value: bigint }
  | { readonly kind: "bytes"; readonly number: number; readonly bytes: Uint8Array };

/** The bytes are no protobuf message, or not the one that was expected. */
export class MalformedProtobuf extends Error {}

/** A varint of 64 bits has at most this many bytes. */
const MAX_VARINT_BYTES = 10;

/** Fields of a fixed width are left out: nothing that is read here has any. */
export function wireFields(message: Uint8Array): readonly WireField[] {
  const cursor = new Cursor(message);
  const fields: WireField[] = [];
  while (!cursor.atEnd) {
    const tag = cursor.varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        fields.push({ kind: "varint", number, value: cursor.varint() });
        break;
      case 1:
        cursor.take(8);
        break;
      case 2:
        fields.push({ kind: "bytes", number, bytes: cursor.take(Number(cursor.varint())) });
        break;
      case 5:
        cursor.take(4);
        break;
      default:
        throw new MalformedProtobuf(`field ${number} has an unknown wire type`);
    }
  }
  return fields;
}

class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedProtobuf("the message ends in the middle of a field");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  varint(): bigint {
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const [byte = 0] = this.take(1);
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return value;
    }
    throw new MalformedProtobuf(`a number has more than ${MAX_VARINT_BYTES} bytes`);
  }
}
