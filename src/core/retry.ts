import type { DeliveryPolicy } from "./channel-protocol.ts";
export function attemptsAllowed(policy: DeliveryPolicy): number {
  return policy.retry + 1;
}
export function nextDelayMs(
  policy: DeliveryPolicy,
  failedAttempts: number,
  outcome: { readonly status?: number; readonly retryAfterMs?: number },
  random: () => number,
): number {
  const delayMs = policy.backoffDelayMs ?? 0;
  const backoffMs =
    policy.backoffPolicy === "linear" ? delayMs * failedAttempts : policy.backoffPolicy === "exponential" ? delayMs * 2 ** (failedAttempts - 1) : 0;
  const wait = Math.min(backoffMs, policy.backoffMaxMs);
  const after = outcome.status === 429 || outcome.status === 503 ? Math.min(outcome.retryAfterMs ?? 0, policy.retryAfterMaxMs) : 0;
  return Math.max(wait * (1 + 0.05 * random()), after);
}
