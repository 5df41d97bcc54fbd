/** The Retry-After header (RFC 9110 §10.2.3): seconds, or a date in one of the three forms HTTP has had. */

const SECONDS = /^\d{1,10}$/;
const IMF_FIXDATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const RFC_850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** A two-digit year further ahead than this is meant to be in the past (RFC 9110 §5.6.7), years. */
const FUTURE_YEARS = 50;

/** Milliseconds to wait, 0 for a date that has passed; undefined where the header says nothing that can be read. */
export function parseRetryAfterMs(header: string, nowMs: number): number | undefined {
  const text = header.trim();
  if (SECONDS.test(text)) return Number(text) * 1000;
  const atMs = httpDateMs(text, nowMs);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

function httpDateMs(text: string, nowMs: number): number | undefined {
  const fixed = IMF_FIXDATE.exec(text);
  if (fixed !== null) {
    const [, day, month, year, hour, minute, second] = fixed;
    return utcMs(Number(year), month, [day, hour, minute, second]);
  }
  const old = RFC_850.exec(text);
  if (old !== null) {
    const [, day, month, year, hour, minute, second] = old;
    return utcMs(fullYear(Number(year), nowMs), month, [day, hour, minute, second]);
  }
  const ascii = ASCTIME.exec(text);
  if (ascii === null) return undefined;
  const [, month, day, hour, minute, second, year] = ascii;
  return utcMs(Number(year), month, [day, hour, minute, second]);
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + FUTURE_YEARS ? year - 100 : year;
}

/** Undefined for what no calendar or clock shows; a 60th second is a leap second. */
function utcMs(
  year: number,
  monthName: string | undefined,
  rest: readonly (string | undefined)[],
): number | undefined {
  const month = MONTHS.indexOf(monthName ?? "");
  const [day = 0, hour = 0, minute = 0, second = 0] = rest.map(Number);
  if (month === -1 || day === 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}
