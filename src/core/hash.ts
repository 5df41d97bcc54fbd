/**
 * Fast hashes of text without an asynchronous digest (cyrb53: two 32-bit multiplicative hashes, mixed). Not against an
 * attacker who looks for collisions.
 */

/** 53 bits, as a number that is exact. */
export function hash53(text: string): number {
  const { high, low } = mixed(text, 0);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** 128 bits in hex: two lanes with seeds of their own, so that an accidental collision is out of reach. */
export function hashText(text: string): string {
  const first = mixed(text, 0x9e3779b9);
  const second = mixed(text, 0x85ebca6b);
  return hex(first.low) + hex(first.high) + hex(second.low) + hex(second.high);
}

function mixed(text: string, seed: number): { readonly high: number; readonly low: number } {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return { high, low };
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
