/**
 * Sluice's own settings on resources. A value that cannot be read is a validation error: the write is refused with the
 * annotation named, so a resource that exists never carries a setting that is silently not in force.
 */
import type { StartFrom } from "../../core/channel-protocol.ts";
import { parseDuration } from "../../core/duration.ts";
import { parsePosition } from "../../core/positions.ts";
import { type JsonObject, textsAt } from "../resources/json.ts";
import { annotationOf } from "../resources/metadata.ts";
import { type FieldError, invalidValue } from "./field-error.ts";

const PREFIX = "sluice.dev/";
const BINDING = "binding";
const PUBLIC_INGRESS = "public-ingress";
const KAFKA_ORDER = "kafka.eventing.knative.dev/delivery.order";

const DAY_MS = 86_400_000;
const DEFAULT_RETENTION_MS = DAY_MS;
const DEFAULT_PARKED_RETENTION_MS = 14 * DAY_MS;
/** Failures in a row after which a subscriber is only probed. */
const DEFAULT_BREAKER_FAILURES = 20;

export interface ChannelSettings {
  readonly retentionMs: number;
  readonly parkedRetentionMs: number;
  readonly dedupMs?: number;
}

export interface SubscriptionSettings {
  readonly ordering: "ordered" | "unordered";
  readonly maxConcurrency?: number;
  readonly ratePerSecond?: number;
  readonly breakerFailures: number;
  readonly startFrom: StartFrom;
}

export function channelSettings(object: JsonObject): ChannelSettings {
  const dedupMs = setting(object, "dedup", parsePositivePeriod);
  return {
    retentionMs: setting(object, "retention", parsePositivePeriod) ?? DEFAULT_RETENTION_MS,
    parkedRetentionMs: setting(object, "parked-retention", parsePositivePeriod) ?? DEFAULT_PARKED_RETENTION_MS,
    ...(dedupMs === undefined ? {} : { dedupMs }),
  };
}

/** Anyone may post, also where others need a token. */
export function isPublicIngress(object: JsonObject): boolean {
  return setting(object, PUBLIC_INGRESS, parseFlag) ?? false;
}

export function subscriptionSettings(object: JsonObject): SubscriptionSettings {
  const maxConcurrency = setting(object, "max-concurrency", parseCount);
  const ratePerSecond = setting(object, "rate-limit", parseRate);
  return {
    ordering:
      setting(object, "ordering", parseOrdering) ??
      parseOrdering(annotationOf(object, KAFKA_ORDER) ?? "") ??
      "unordered",
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    breakerFailures: setting(object, "breaker-failures", parseCount) ?? DEFAULT_BREAKER_FAILURES,
    startFrom: setting(object, "start-from", parseStartFrom) ?? { kind: "latest" },
  };
}

const CHANNEL_RULES: readonly Rule[] = [
  { name: "retention", parse: parsePositivePeriod, expected: "an ISO 8601 period such as P1D" },
  { name: "parked-retention", parse: parsePositivePeriod, expected: "an ISO 8601 period such as P14D" },
  { name: "dedup", parse: parsePositivePeriod, expected: "an ISO 8601 period such as PT1H" },
  { name: PUBLIC_INGRESS, parse: parseFlag, expected: "true or false" },
];

const SUBSCRIPTION_RULES: readonly Rule[] = [
  { name: "ordering", parse: parseOrdering, expected: "ordered or unordered" },
  { name: "max-concurrency", parse: parseCount, expected: "a whole number of at least 1" },
  { name: "rate-limit", parse: parseRate, expected: "a rate such as 100/s, 60/m or 1000/h" },
  { name: "breaker-failures", parse: parseCount, expected: "a whole number of at least 1" },
  { name: "start-from", parse: parseStartFrom, expected: "latest, earliest, a position or an RFC 3339 time" },
];

interface Rule {
  readonly name: string;
  readonly parse: (value: string) => unknown;
  readonly expected: string;
}

export function validateChannelAnnotations(object: JsonObject): readonly FieldError[] {
  return brokenRules(object, CHANNEL_RULES);
}

export function validateSubscriptionAnnotations(object: JsonObject): readonly FieldError[] {
  const kafka = annotationOf(object, KAFKA_ORDER);
  const errors = brokenRules(object, SUBSCRIPTION_RULES);
  if (kafka === undefined || parseOrdering(kafka) !== undefined) return errors;
  return [...errors, invalidValue(kafka, `metadata.annotations[${KAFKA_ORDER}]`, "expected ordered or unordered")];
}

/** The settings of a flow that its channels get: all of them, and those of channels that only the flow itself feeds. */
export function channelAnnotations(object: JsonObject): {
  readonly all: Readonly<Record<string, string>>;
  readonly inner: Readonly<Record<string, string>>;
} {
  const names = CHANNEL_RULES.map(({ name }) => PREFIX + name);
  const isPublic = PREFIX + PUBLIC_INGRESS;
  return {
    all: annotationsNamed(object, names),
    inner: annotationsNamed(
      object,
      names.filter((name) => name !== isPublic),
    ),
  };
}

/** The settings of a flow that its Subscriptions get. */
export function subscriptionAnnotations(object: JsonObject): Readonly<Record<string, string>> {
  return annotationsNamed(object, [...SUBSCRIPTION_RULES.map(({ name }) => PREFIX + name), KAFKA_ORDER]);
}

/** Whether an annotation is a setting that channels or Subscriptions may have. */
export function isSetting(name: string): boolean {
  return name.startsWith(PREFIX) || name === KAFKA_ORDER;
}

function annotationsNamed(object: JsonObject, names: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(textsAt(object, "metadata", "annotations"));
  return Object.fromEntries(entries.filter(([name]) => names.includes(name)));
}

/** The service binding of `wrangler.toml` that a core Service stands for. */
export function bindingOf(service: JsonObject): string | undefined {
  return setting(service, BINDING, parseBinding);
}

export function validateServiceAnnotations(service: JsonObject): readonly FieldError[] {
  return brokenRules(service, [{ name: BINDING, parse: parseBinding, expected: "the name of a service binding" }]);
}

/** A flow hands its annotations on to its channels and its subscriptions. */
export function validateFlowAnnotations(object: JsonObject): readonly FieldError[] {
  return [...validateChannelAnnotations(object), ...validateSubscriptionAnnotations(object)];
}

/** One warning for each of Sluice's annotations that nothing reads: most likely it is misspelt. */
export function unknownAnnotationWarnings(object: JsonObject): readonly string[] {
  const known = [...CHANNEL_RULES, ...SUBSCRIPTION_RULES].map(({ name }) => PREFIX + name);
  return Object.keys(textsAt(object, "metadata", "annotations"))
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `unknown annotation ${JSON.stringify(name)} has no effect; known are ${known.join(", ")}`);
}

function brokenRules(object: JsonObject, rules: readonly Rule[]): readonly FieldError[] {
  return rules.flatMap(({ name, parse, expected }) => {
    const value = annotationOf(object, PREFIX + name);
    if (value === undefined || parse(value) !== undefined) return [];
    return [invalidValue(value, `metadata.annotations[${PREFIX}${name}]`, `expected ${expected}`)];
  });
}

function setting<T>(object: JsonObject, name: string, parse: (value: string) => T | undefined): T | undefined {
  const value = annotationOf(object, PREFIX + name);
  return value === undefined ? undefined : parse(value);
}

function parseOrdering(value: string): "ordered" | "unordered" | undefined {
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
