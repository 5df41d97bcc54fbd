/**
 * Which events the slow and the failing subscriber get besides the healthy one, which gets all. Each gets what couriers
 * can carry for as long as the run lasts; with more its backlog would grow, and with it, as documented, the log.
 *
 *   slow      1 in 50: at 4,000/s it has 80 a second, of which 120 wait for their answer; couriers carry 256
 *   failing   1 in 20: at 4,000/s it has 200 a second, that is 600 attempts and 200 dead letters
 */
const SLOW_EVERY = 50;
const FAILING_EVERY = 20;

/** Attributes that the Triggers filter on. */
export const SLOW_ATTRIBUTE = "forslow";
export const FAILING_ATTRIBUTE = "forfailing";

export function isForSlow(number: number): boolean {
  return number % SLOW_EVERY === 0;
}

/** No event is for both. */
export function isForFailing(number: number): boolean {
  return number % FAILING_EVERY === 1;
}
