/** Knative's DeliverySpec: validation in Knative's words, and the policy a channel is given. */
import type { DeliveryPolicy, Target } from "../../core/channel-protocol.ts";
import { parseDuration } from "../../core/duration.ts";
import { type JsonObject, numberAt, objectAt, textAt, valueAt, withMember } from "../resources/json.ts";
import { defaultDestination, validateDestination } from "./destination.ts";
import { type FieldError, invalidValue } from "./field-error.ts";

/** Knative has no limit for one answer; a delivery must end some time. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** A courier's run ends after 15 minutes, so a request that may take longer could never be begun. */
const MAX_TIMEOUT_MS = 600_000;
/** Longest pause an exponential back-off grows to, and the longest Retry-After that is believed, unless set. */
const DEFAULT_BACKOFF_MAX_MS = 3_600_000;
const DEFAULT_RETRY_AFTER_MAX_MS = 3_600_000;

/** Knative's. */
export const DEFAULT_BROKER_DELIVERY: JsonObject = { retry: 10, backoffPolicy: "exponential", backoffDelay: "PT0.2S" };

const POLICIES = ["linear", "exponential"];
const FORMATS = ["binary", "json"];

export function validateDelivery(delivery: JsonObject | undefined, path: string): readonly FieldError[] {
  if (delivery === undefined) return [];
  const errors: FieldError[] = [];
  const sink = valueAt(delivery, "deadLetterSink");
  if (sink !== undefined) errors.push(...validateDestination(sink, `${path}.deadLetterSink`));
  const retry = numberAt(delivery, "retry");
  if (retry !== undefined && retry < 0)
    errors.push(invalidValue(String(retry), `${path}.retry`, "expected a whole number of at least 0"));
  for (const [name, allowed] of [["backoffPolicy", POLICIES] as const, ["format", FORMATS] as const]) {
    const value = textAt(delivery, name);
    if (value === undefined || allowed.includes(value)) continue;
    errors.push(invalidValue(value, `${path}.${name}`, `expected ${allowed.join(" or ")}`));
  }
  for (const name of ["backoffDelay", "backoffMax", "timeout", "retryAfterMax"]) {
    const value = textAt(delivery, name);
    if (value === undefined) continue;
    const periodMs = parseDuration(value);
    const refused = periodMs === undefined || (name === "timeout" && periodMs === 0);
    if (refused) errors.push(invalidValue(value, `${path}.${name}`, "expected an ISO 8601 period such as PT0.5S"));
  }
  return errors;
}

export function defaultDelivery(delivery: JsonObject, namespace: string): JsonObject {
  const sink = objectAt(delivery, "deadLetterSink");
  return sink === undefined ? delivery : withMember(delivery, "deadLetterSink", defaultDestination(sink, namespace));
}

/** The spec with its `delivery`, if it has one, filled in. */
export function withDefaultDelivery(spec: JsonObject, namespace: string): JsonObject {
  const delivery = objectAt(spec, "delivery");
  return delivery === undefined ? spec : withMember(spec, "delivery", defaultDelivery(delivery, namespace));
}

/** The policy of a validated delivery spec; absent means Knative's: one attempt. */
export function deliveryPolicy(delivery: JsonObject | undefined, deadLetterSink: Target | undefined): DeliveryPolicy {
  const backoffPolicy = textAt(delivery, "backoffPolicy");
  const backoffDelayMs = periodAt(delivery, "backoffDelay");
  return {
    retry: numberAt(delivery, "retry") ?? 0,
    ...(backoffPolicy === "linear" || backoffPolicy === "exponential" ? { backoffPolicy } : {}),
    ...(backoffDelayMs === undefined ? {} : { backoffDelayMs }),
    backoffMaxMs: periodAt(delivery, "backoffMax") ?? DEFAULT_BACKOFF_MAX_MS,
    timeoutMs: Math.min(periodAt(delivery, "timeout") ?? DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS),
    retryAfterMaxMs: periodAt(delivery, "retryAfterMax") ?? DEFAULT_RETRY_AFTER_MAX_MS,
    format: textAt(delivery, "format") === "json" ? "json" : "binary",
    ...(deadLetterSink === undefined ? {} : { deadLetterSink }),
  };
}

function periodAt(delivery: JsonObject | undefined, name: string): number | undefined {
  const value = textAt(delivery, name);
  return value === undefined ? undefined : parseDuration(value);
}
