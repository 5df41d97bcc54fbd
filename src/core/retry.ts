/**
 * When a failed delivery is tried again, n being the failures so far:
 *
 *   linear       backoffDelay * n            0.2  0.4  0.6 s
 *   exponential  backoffDelay * 2^(n-1)      0.2  0.4  0.8 s
 *
 * Both need policy and delay, else the next attempt follows at once. Never earlier than that, and later only by the
 * jitter; `Retry-After` of a 429 or 503 can make it later still.
 */
import type { DeliveryPolicy } from "./channel-protocol.ts";

/** Jitter spreads retries that failed together; the promise is at most 10 % late, and timers are late too. */
const JITTER = 0.05;

export interface FailedAnswer {
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** Attempts of a delivery in all, the first included. */
export function attemptsAllowed(policy: DeliveryPolicy): number {
  return policy.retry + 1;
}

/** Milliseconds from the failure to the next attempt; `failedAttempts` is 1 after the first failure. */
export function nextDelayMs(
  policy: DeliveryPolicy,
  failedAttempts: number,
  answer: FailedAnswer,
  random: () => number,
): number {
  const backoffMs = Math.min(backoff(policy, failedAttempts), policy.backoffMaxMs);
  const asksForTime = answer.status === 429 || answer.status === 503;
  const askedMs = asksForTime ? Math.min(answer.retryAfterMs ?? 0, policy.retryAfterMaxMs) : 0;
  return Math.max(backoffMs, askedMs) * (1 + JITTER * random());
}

function backoff(policy: DeliveryPolicy, failedAttempts: number): number {
  const delayMs = policy.backoffDelayMs ?? 0;
  switch (policy.backoffPolicy) {
    case undefined:
      return 0;
    case "linear":
      return delayMs * failedAttempts;
    case "exponential":
      // 2^1023 is the last finite power; the cap applies long before.
      return delayMs === 0 ? 0 : delayMs * 2 ** Math.min(failedAttempts - 1, 1_000);
    default:
      return policy.backoffPolicy satisfies never;
  }
}
