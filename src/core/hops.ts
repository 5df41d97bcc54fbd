/** Loop protection: how many deliveries an event and everything it causes may still make. */
import type { AttributeValue } from "./event.ts";

/** What an event gets when its producer says nothing, and the most a producer can ask for. */
export const MAX_HOPS = 255;

/** Knative reads `knativebrokerttl` as a 32-bit integer and everything else as absent. */
const LARGEST_TTL = 2 ** 31 - 1;
const INTEGER = /^[-+]?[0-9]{1,10}$/;

/**
 * Hops left after the arrival of an event with this `knativebrokerttl`; 0 or less means refuse it.
 * Higher values than MAX_HOPS are cut to it: a producer must not be able to buy an endless loop.
 */
export function hopsOnArrival(ttl: AttributeValue | undefined): number {
  const text = String(ttl);
  const value = Number(text);
  if (!INTEGER.test(text) || Math.abs(value) > LARGEST_TTL) return MAX_HOPS;
  return Math.min(value - 1, MAX_HOPS);
}
