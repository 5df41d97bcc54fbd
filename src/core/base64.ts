/**
 * Base64 (RFC 4648 §4). For the data of events straight between bytes: no intermediate strings, and strict, which `atob` is not.
 */

const ALPHABET = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PADDING = 0x3d;
const NO_DIGIT = 255;
const DIGITS = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, byte] of ALPHABET.entries()) DIGITS[byte] = value;

export function encodeBase64(data: Uint8Array): Uint8Array {
  const text = new Uint8Array(Math.ceil(data.length / 3) * 4);
  let out = 0;
  for (let at = 0; at < data.length; at += 3) {
    const group = (octet(data, at) << 16) | (octet(data, at + 1) << 8) | octet(data, at + 2);
    const left = data.length - at;
    text[out++] = digit(group >> 18);
    text[out++] = digit(group >> 12);
    text[out++] = left > 1 ? digit(group >> 6) : PADDING;
    text[out++] = left > 2 ? digit(group) : PADDING;
  }
  return text;
}

/** Undefined unless `text` is base64 with its padding, no white space and no bits left over. */
export function decodeBase64(text: Uint8Array): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.at(-1) !== PADDING ? 0 : text.at(-2) !== PADDING ? 1 : 2;
  const digits = text.length - padding;
  const data = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let count = 0;
  let out = 0;
  for (let at = 0; at < digits; at++) {
    const value = DIGITS[octet(text, at)] ?? NO_DIGIT;
    if (value === NO_DIGIT) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      data[out++] = bits >> count;
    }
  }
  return (bits & ((1 << count) - 1)) === 0 ? data : undefined;
}

/** Standard base64 with padding, as text. */
export function base64Text(data: Uint8Array): string {
  return new TextDecoder().decode(encodeBase64(data));
}

/** RFC 4648 §5, without padding: what can stand in an address. */
export function base64UrlText(data: Uint8Array): string {
  return base64Text(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What a text stands for that people or other programs wrote: padding may be missing and bits may be left over. Undefined for
 * what is no base64 at all.
 */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function digit(value: number): number {
  return ALPHABET[value & 63] ?? 0;
}
