/**
 * Cron schedules as a PingSource has them: five fields, or six with seconds first, or a descriptor.
 *
 *   [CRON_TZ=zone | TZ=zone] ( [second] minute hour day-of-month month day-of-week | @hourly | @daily | … )
 *   field = range {"," range}        range = ("*" | "?" | value ["-" value]) ["/" step]
 *
 * Pure: what comes of a text is a schedule or what is wrong with it, in the words Knative's parser has for it.
 */
import { isTimeZone } from "./time-zone.ts";

export interface CronSchedule {
  /** An IANA name; UTC when absent. */
  readonly timeZone?: string;
  readonly seconds: CronField;
  readonly minutes: CronField;
  readonly hours: CronField;
  readonly daysOfMonth: CronField;
  /** January is 1. */
  readonly months: CronField;
  /** Sunday is 0. */
  readonly daysOfWeek: CronField;
}

export interface CronField {
  /** Ascending, each once, never empty. */
  readonly values: readonly number[];
  /**
   * Written as `*` or `?`, without a step. When neither kind of day is, a date matches that either of them names; else
   * both must match.
   */
  readonly isAny: boolean;
}

export type ParsedSchedule =
  | { readonly kind: "schedule"; readonly schedule: CronSchedule }
  | { readonly kind: "bad-schedule"; readonly problem: string }
  | { readonly kind: "bad-time-zone"; readonly problem: string };

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/** Longest schedule with its zone, characters: every minute of the hour in a list takes 170. */
const MAX_LENGTH = 1000;

/** `timeZone` is `spec.timezone`; it stands before a zone that the text itself may begin with. */
export function parseCronSchedule(text: string, timeZone = ""): ParsedSchedule {
  const whole = timeZone === "" ? text : `CRON_TZ=${timeZone} ${text}`;
  if (whole.length > MAX_LENGTH) return { kind: "bad-schedule", problem: `longer than ${MAX_LENGTH} characters` };
  const prefix = /^(?:CRON_TZ|TZ)=(\S*)(.*)$/s.exec(whole);
  const [zone, expression] = prefix === null ? ["", whole] : [prefix[1] ?? "", prefix[2] ?? ""];
  if (!isTimeZone(zone)) {
    return { kind: "bad-time-zone", problem: `provided bad location ${zone}: unknown time zone ${zone}` };
  }
  const fields = parseFields(expression.trim());
  if (typeof fields === "string") return { kind: "bad-schedule", problem: fields };
  // Where a Worker runs, local time is UTC.
  const isUtc = zone === "" || zone === "UTC" || zone === "Local";
  return { kind: "schedule", schedule: isUtc ? fields : { ...fields, timeZone: zone } };
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  /** In the order of their values, the first one standing for `min`. */
  readonly names: readonly string[];
}

const SIXTY: Bounds = { min: 0, max: 59, names: [] };
const HOURS: Bounds = { min: 0, max: 23, names: [] };
const DAYS: Bounds = { min: 1, max: 31, names: [] };
const MONTHS: Bounds = { min: 1, max: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") };
const WEEKDAYS: Bounds = { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") };

/** The fields, or what is wrong. */
function parseFields(text: string): CronSchedule | string {
  if (text === "") return "empty spec string";
  if (text.startsWith("@every")) return "unsupported descriptor @every";
  const expression = text.startsWith("@") ? DESCRIPTORS.get(text) : text;
  if (expression === undefined) return `unrecognized descriptor: ${text}`;
  const words = expression.split(/\s+/);
  if (words.length !== 5 && words.length !== 6) {
    return `expected 5 to 6 fields, found ${words.length}: [${words.join(" ")}]`;
  }
  const [second = "", minute = "", hour = "", day = "", month = "", weekday = ""] =
    words.length === 5 ? ["0", ...words] : words;
  const problems: string[] = [];
  const field = (word: string, bounds: Bounds): CronField => {
    const parsed = parseField(word, bounds);
    if (typeof parsed !== "string") return parsed;
    problems.push(parsed);
    return { values: [], isAny: false };
  };
  const schedule: CronSchedule = {
    seconds: field(second, SIXTY),
    minutes: field(minute, SIXTY),
    hours: field(hour, HOURS),
    daysOfMonth: field(day, DAYS),
    months: field(month, MONTHS),
    daysOfWeek: field(weekday, WEEKDAYS),
  };
  return problems[0] ?? schedule;
}

function parseField(text: string, bounds: Bounds): CronField | string {
  const values = new Set<number>();
  let isAny = false;
  for (const part of text.split(",")) {
    const range = parseRange(part, bounds);
    if (typeof range === "string") return range;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
    isAny ||= range.isAny;
  }
  return { values: [...values].sort((a, b) => a - b), isAny };
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly isAny: boolean;
}

function parseRange(text: string, bounds: Bounds): Range | string {
  const [reach = "", stepText, ...moreSteps] = text.split("/");
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const [from = "", to, ...moreEnds] = reach.split("-");
  if (moreEnds.length > 0) return `too many hyphens: ${text}`;
  const isAny = reach === "*" || reach === "?";
  const first = isAny ? bounds.min : parseValue(from, bounds);
  if (typeof first === "string") return first;
  // A step after a single value goes on to the end of the field.
  const single = isAny || stepText !== undefined ? bounds.max : first;
  const last = to === undefined ? single : parseValue(to, bounds);
  if (typeof last === "string") return last;
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (typeof step === "string") return step;
  if (first < bounds.min) return `beginning of range (${first}) below minimum (${bounds.min}): ${text}`;
  if (last > bounds.max) return `end of range (${last}) above maximum (${bounds.max}): ${text}`;
  if (first > last) return `beginning of range (${first}) beyond end of range (${last}): ${text}`;
  if (step === 0) return `step of range should be a positive number: ${text}`;
  return { first, last, step, isAny: isAny && step === 1 };
}

function parseValue(text: string, bounds: Bounds): number | string {
  const index = bounds.names.indexOf(text.toLowerCase());
  return index < 0 ? parseNumber(text) : bounds.min + index;
}

function parseNumber(text: string): number | string {
  return /^\d{1,9}$/.test(text) ? Number(text) : `failed to parse int from ${text}: not a whole number`;
}
