/** Writes protobuf as Go clients do, for requests of tests. */

export function text(number: number, value: string): Uint8Array {
  return bytes(number, new TextEncoder().encode(value));
}

export function bytes(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([varint((number << 3) | 2), varint(value.length), value]);
}

export function message(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  return bytes(number, Buffer.concat(fields));
}

export function integer(number: number, value: number | bigint): Uint8Array {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

/** An entry of a map. */
export function entry(number: number, key: string, value: string): Uint8Array {
  return message(number, text(1, key), text(2, value));
}

/** "k8s\0" and the message that names what is in it. */
export function envelope(apiVersion: string, kind: string, ...fields: readonly Uint8Array[]): Uint8Array {
  const typeMeta = message(1, text(1, apiVersion), text(2, kind));
  return Buffer.concat([Buffer.from("k8s\0"), typeMeta, message(2, ...fields), text(3, ""), text(4, "")]);
}

export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const written: number[] = [];
  do {
    written.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(written);
}
