/**
 * A short text that differs when a configuration does. It only saves pushes: two 53-bit lanes of a mixing hash, so an
 * accidental collision is out of reach, and it needs no asynchronous digest inside the pure compiler.
 */
import type { UnversionedConfiguration } from "./compile-context.ts";

export function withHash(configuration: Omit<UnversionedConfiguration, "hash">): UnversionedConfiguration {
  return { ...configuration, hash: hashText(canonicalText(configuration)) };
}

/** Equal for equal plain values, whatever the order of their members; members that are undefined do not count. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function hashText(text: string): string {
  return lane(text, 0x9e3779b9) + lane(text, 0x85ebca6b);
}

function lane(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return hex(low) + hex(high);
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
