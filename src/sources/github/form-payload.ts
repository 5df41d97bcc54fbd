/** The `payload` field of an `application/x-www-form-urlencoded` webhook, decoded byte by byte. */

const AMPERSAND = 0x26;
const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;
const FIELD = new TextEncoder().encode("payload=");

/** The field's bytes, or undefined where there is no such field or an escape in it is broken. */
export function formPayload(body: Uint8Array): Uint8Array | undefined {
  let start = 0;
  while (start < body.length) {
    const ampersand = body.indexOf(AMPERSAND, start);
    const end = ampersand === -1 ? body.length : ampersand;
    if (FIELD.every((byte, index) => body[start + index] === byte)) return unescaped(body, start + FIELD.length, end);
    start = end + 1;
  }
  return undefined;
}

function unescaped(body: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const decoded = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    let byte = body[at] ?? 0;
    if (byte === PLUS) byte = SPACE;
    if (byte === PERCENT) {
      byte = hexDigit(body[at + 1]) * 16 + hexDigit(body[at + 2]);
      if (Number.isNaN(byte)) return undefined;
      at += 2;
    }
    decoded[length++] = byte;
  }
  return decoded.subarray(0, length);
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : Number.NaN;
}
