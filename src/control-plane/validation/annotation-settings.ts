/** Sluice's own settings: in which annotation each stands, and how its value is written. */
import type { StartFrom } from "../../core/channel-protocol.ts";
import { parseDuration } from "../../core/duration.ts";
import { parsePosition } from "../../core/positions.ts";

export const PREFIX = "sluice.dev/";

/** One function reads it and says whether it can be read. */
export interface Setting<T> {
  /** Without the prefix. */
  readonly name: string;
  /** Undefined for what cannot be read. */
  readonly parse: (value: string) => T | undefined;
  /** After the word `expected`. */
  readonly expected: string;
}

export const RETENTION = period("retention", "P1D");
export const PARKED_RETENTION = period("parked-retention", "P14D");
export const DEDUP = period("dedup", "PT1H");
export const PUBLIC_INGRESS: Setting<boolean> = { name: "public-ingress", parse: parseFlag, expected: "true or false" };
export const ORDERING: Setting<Ordering> = { name: "ordering", parse: parseOrdering, expected: "ordered or unordered" };
export const MAX_CONCURRENCY = count("max-concurrency");
export const RATE_LIMIT: Setting<number> = {
  name: "rate-limit",
  parse: parseRate,
  expected: "a rate such as 100/s, 60/m or 1000/h",
};
export const BREAKER_FAILURES = count("breaker-failures");
export const START_FROM: Setting<StartFrom> = {
  name: "start-from",
  parse: parseStartFrom,
  expected: "latest, earliest, a position or an RFC 3339 time",
};
export const BINDING: Setting<string> = {
  name: "binding",
  parse: parseBinding,
  expected: "the name of a service binding",
};

export const CHANNEL_SETTINGS: readonly Setting<unknown>[] = [RETENTION, PARKED_RETENTION, DEDUP, PUBLIC_INGRESS];
export const SUBSCRIPTION_SETTINGS: readonly Setting<unknown>[] = [
  ORDERING,
  MAX_CONCURRENCY,
  RATE_LIMIT,
  BREAKER_FAILURES,
  START_FROM,
];
export const SERVICE_SETTINGS: readonly Setting<unknown>[] = [BINDING];

function period(name: string, example: string): Setting<number> {
  return { name, parse: parsePositivePeriod, expected: `an ISO 8601 period such as ${example}` };
}

function count(name: string): Setting<number> {
  return { name, parse: parseCount, expected: "a whole number of at least 1" };
}

export type Ordering = "ordered" | "unordered";

export function parseOrdering(value: string): Ordering | undefined {
  return value === "ordered" || value === "unordered" ? value : undefined;
}

function parseFlag(value: string): boolean | undefined {
  return value === "true" ? true : value === "false" ? false : undefined;
}

function parseBinding(value: string): string | undefined {
  return /^[A-Za-z_$][\w$]{0,127}$/.test(value) ? value : undefined;
}

function parseCount(value: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined;
}

/** Deliveries per second. */
function parseRate(value: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\/([smh])$/.exec(value);
  if (match === null) return undefined;
  const seconds = match[2] === "s" ? 1 : match[2] === "m" ? 60 : 3600;
  const rate = Number(match[1]) / seconds;
  return rate > 0 ? rate : undefined;
}

function parsePositivePeriod(value: string): number | undefined {
  const periodMs = parseDuration(value);
  return periodMs === undefined || periodMs === 0 ? undefined : periodMs;
}

/** Only the channel can say whether a position is in its log. */
export function parseStartFrom(value: string): StartFrom | undefined {
  if (value === "latest" || value === "earliest") return { kind: value };
  if (/^\d{4}-\d\d-\d\d[Tt]/.test(value)) {
    const timeMs = /(?:[Zz]|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(timeMs) ? undefined : { kind: "time", timeMs };
  }
  return parsePosition(value) === undefined ? undefined : { kind: "position", position: value };
}
