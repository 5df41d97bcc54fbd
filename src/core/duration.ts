/**
 * ISO 8601 periods as Knative accepts them: `PT0.2S`, `P1D`, `P1W`, `PT1M30S`, `PT1.5H`. Negative ones are refused
 * (Knative takes them by mistake). A month is 30 days and a year 365: only delays are measured with them, from no
 * calendar day in particular.
 */
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const MONTH_MS = 30 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;

const NUMBER = "(\\d+(?:[.,]\\d+)?)";
/** At least one part, and at least one after `T`. */
const PERIOD = new RegExp(
  `^P(?=\\d|T)(?:${NUMBER}Y)?(?:${NUMBER}M)?(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?=\\d)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`,
);
/** Of each captured number, in order. */
const UNITS_MS = [YEAR_MS, MONTH_MS, WEEK_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS];
/** Longest duration, milliseconds: a sum beyond a hundred years would not be a time any more. */
const LONGEST_MS = 100 * YEAR_MS;

/** Whole milliseconds, or undefined where the text is no period of at least zero. */
export function parseDuration(text: string): number | undefined {
  const numbers = PERIOD.exec(text)?.slice(1);
  if (numbers === undefined) return undefined;
  let totalMs = 0;
  for (const [index, number] of numbers.entries()) {
    if (number !== undefined) totalMs += Number(number.replace(",", ".")) * (UNITS_MS[index] ?? 0);
  }
  return totalMs <= LONGEST_MS ? Math.round(totalMs) : undefined;
}
