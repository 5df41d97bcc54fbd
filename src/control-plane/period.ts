/**
 * ISO 8601 periods as Knative accepts them: `PT0.2S`, `P1D`, `P1W`, `PT1M30S`, `PT1.5H`. Negative ones are refused
 * (Knative takes them by mistake). A year is 365 days and a month 30: only delays are measured with them.
 */
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const NUMBER = "(\\d+(?:[.,]\\d+)?)";
const PERIOD = new RegExp(
  `^P(?:${NUMBER}Y)?(?:${NUMBER}M)?(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`,
);
/** Milliseconds of each captured number, in order. */
const UNITS_MS = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS];

/** Longest period, 100 years: a sum beyond it would not be a time any more. */
const MAX_PERIOD_MS = 100 * 365 * DAY_MS;

/** Milliseconds, or undefined where the text is no period of at least zero. */
export function parsePeriodMs(text: string): number | undefined {
  const match = PERIOD.exec(text);
  if (match === null || text.endsWith("T")) return undefined;
  const numbers = match.slice(1);
  if (numbers.every((number) => number === undefined)) return undefined;
  let totalMs = 0;
  for (const [index, number] of numbers.entries()) {
    totalMs += Number((number ?? "0").replace(",", ".")) * (UNITS_MS[index] ?? 0);
  }
  return totalMs <= MAX_PERIOD_MS ? Math.round(totalMs) : undefined;
}
