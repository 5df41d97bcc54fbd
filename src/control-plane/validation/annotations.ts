/**
 * Sluice's own settings on resources. A value that cannot be read is a validation error: the write is refused with the
 * annotation named, so a resource that exists never carries a setting that is silently not in force.
 */
import type { StartFrom } from "../../core/channel-protocol.ts";
import { type JsonObject, textsAt } from "../resources/json.ts";
import { annotationOf } from "../resources/metadata.ts";
import {
  BINDING,
  BREAKER_FAILURES,
  CHANNEL_SETTINGS,
  DEDUP,
  MAX_CONCURRENCY,
  ORDERING,
  type Ordering,
  PARKED_RETENTION,
  PREFIX,
  PUBLIC_INGRESS,
  parseOrdering,
  RATE_LIMIT,
  RETENTION,
  SERVICE_SETTINGS,
  type Setting,
  START_FROM,
  SUBSCRIPTION_SETTINGS,
} from "./annotation-settings.ts";
import { type FieldError, invalidValue } from "./field-error.ts";

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
  readonly ordering: Ordering;
  readonly maxConcurrency?: number;
  readonly ratePerSecond?: number;
  readonly breakerFailures: number;
  readonly startFrom: StartFrom;
}

export function channelSettings(object: JsonObject): ChannelSettings {
  const dedupMs = read(DEDUP, object);
  return {
    retentionMs: read(RETENTION, object) ?? DEFAULT_RETENTION_MS,
    parkedRetentionMs: read(PARKED_RETENTION, object) ?? DEFAULT_PARKED_RETENTION_MS,
    ...(dedupMs === undefined ? {} : { dedupMs }),
  };
}

/** Anyone may post, also where others need a token. */
export function isPublicIngress(object: JsonObject): boolean {
  return read(PUBLIC_INGRESS, object) ?? false;
}

export function subscriptionSettings(object: JsonObject): SubscriptionSettings {
  const maxConcurrency = read(MAX_CONCURRENCY, object);
  const ratePerSecond = read(RATE_LIMIT, object);
  return {
    ordering: read(ORDERING, object) ?? parseOrdering(annotationOf(object, KAFKA_ORDER) ?? "") ?? "unordered",
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    breakerFailures: read(BREAKER_FAILURES, object) ?? DEFAULT_BREAKER_FAILURES,
    startFrom: read(START_FROM, object) ?? { kind: "latest" },
  };
}

export function validateChannelAnnotations(object: JsonObject): readonly FieldError[] {
  return brokenSettings(object, CHANNEL_SETTINGS);
}

export function validateSubscriptionAnnotations(object: JsonObject): readonly FieldError[] {
  const kafka = annotationOf(object, KAFKA_ORDER);
  const errors = brokenSettings(object, SUBSCRIPTION_SETTINGS);
  if (kafka === undefined || parseOrdering(kafka) !== undefined) return errors;
  return [...errors, invalidValue(kafka, `metadata.annotations[${KAFKA_ORDER}]`, "expected ordered or unordered")];
}

/** The settings of a flow that its channels get: all of them, and those of channels that only the flow itself feeds. */
export function channelAnnotations(object: JsonObject): {
  readonly all: Readonly<Record<string, string>>;
  readonly inner: Readonly<Record<string, string>>;
} {
  const names = CHANNEL_SETTINGS.map(({ name }) => PREFIX + name);
  const isPublic = PREFIX + PUBLIC_INGRESS.name;
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
  return annotationsNamed(object, [...SUBSCRIPTION_SETTINGS.map(({ name }) => PREFIX + name), KAFKA_ORDER]);
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
  return read(BINDING, service);
}

export function validateServiceAnnotations(service: JsonObject): readonly FieldError[] {
  return brokenSettings(service, SERVICE_SETTINGS);
}

/** A flow hands its annotations on to its channels and its subscriptions. */
export function validateFlowAnnotations(object: JsonObject): readonly FieldError[] {
  return [...validateChannelAnnotations(object), ...validateSubscriptionAnnotations(object)];
}

/** One warning for each of Sluice's annotations that nothing reads: most likely it is misspelt. */
export function unknownAnnotationWarnings(object: JsonObject): readonly string[] {
  const known = [...CHANNEL_SETTINGS, ...SUBSCRIPTION_SETTINGS, ...SERVICE_SETTINGS].map(({ name }) => PREFIX + name);
  return Object.keys(textsAt(object, "metadata", "annotations"))
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `unknown annotation ${JSON.stringify(name)} has no effect; known are ${known.join(", ")}`);
}

function brokenSettings(object: JsonObject, settings: readonly Setting<unknown>[]): readonly FieldError[] {
  return settings.flatMap(({ name, parse, expected }) => {
    const value = annotationOf(object, PREFIX + name);
    if (value === undefined || parse(value) !== undefined) return [];
    return [invalidValue(value, `metadata.annotations[${PREFIX}${name}]`, `expected ${expected}`)];
  });
}

function read<T>({ name, parse }: Setting<T>, object: JsonObject): T | undefined {
  const value = annotationOf(object, PREFIX + name);
  return value === undefined ? undefined : parse(value);
}
