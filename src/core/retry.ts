/**
 * When a failed delivery is tried again, n counting the attempts that failed:
 *
 *   linear       backoffDelay * n            0.2 s: 0.2, 0.4, 0.6
 *   exponential  backoffDelay * 2^(n-1)      0.2 s: 0.2, 0.4, 0.8
 *
 * capped by backoffMax, never earlier, a little later; and at least as long as the Retry-After of a 429 or 503 asks.
 */
import type { DeliveryPolicy } from "./channel-protocol.ts";

/** Share of the back-off added at most at random, so that what failed together does not return together; half of the
 * 10 % that a retry may be late, the rest is for timers and commits. */
const JITTER = 0.05;
/** Doublings after which any delay is above every cap; keeps the arithmetic finite. */
const MAX_DOUBLINGS = 52;

export interface FailedAttempt {
  readonly status?: number;
  readonly retryAfterMs?: number;
}

export function attemptsAllowed(policy: DeliveryPolicy): number {
  return policy.retry + 1;
}

/** Whole milliseconds until the next attempt; `random` is at least 0 and below 1. */
export function nextDelayMs(
  policy: DeliveryPolicy,
  failedAttempts: number,
  outcome: FailedAttempt,
  random: () => number,
): number {
  const delayMs = Math.ceil(Math.min(backoffMs(policy, failedAttempts), policy.backoffMaxMs));
  const jitterMs = Math.floor(delayMs * JITTER * random());
  return Math.max(delayMs + jitterMs, retryAfterMs(policy, outcome));
}

/** Without a policy or without a delay there is none: retries follow at once, as in Knative. */
function backoffMs(policy: DeliveryPolicy, failedAttempts: number): number {
  const delayMs = policy.backoffDelayMs ?? 0;
  switch (policy.backoffPolicy) {
    case undefined:
      return 0;
    case "linear":
      return delayMs * failedAttempts;
    case "exponential":
      return delayMs * 2 ** Math.min(failedAttempts - 1, MAX_DOUBLINGS);
  }
}

function retryAfterMs(policy: DeliveryPolicy, outcome: FailedAttempt): number {
  if (outcome.status !== 429 && outcome.status !== 503) return 0;
  return Math.ceil(Math.min(outcome.retryAfterMs ?? 0, policy.retryAfterMaxMs));
}
