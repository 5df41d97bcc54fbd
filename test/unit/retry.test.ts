import { describe, expect, test } from "vitest";
import type { DeliveryPolicy } from "../../src/core/channel-protocol.ts";
import { isRetriable } from "../../src/core/is-retriable.ts";
import { attemptsAllowed, nextDelayMs } from "../../src/core/retry.ts";
import { parseRetryAfter } from "../../src/core/retry-after.ts";
import { SeededRandom } from "../kit/seeded-random.ts";

const HOUR_MS = 3_600_000;

function policy(overrides: Partial<DeliveryPolicy> = {}): DeliveryPolicy {
  return {
    retry: 3,
    backoffMaxMs: HOUR_MS,
    timeoutMs: 30_000,
    retryAfterMaxMs: HOUR_MS,
    format: "binary",
    ...overrides,
  };
}
const linear = policy({ backoffPolicy: "linear", backoffDelayMs: 200 });
const exponential = policy({ backoffPolicy: "exponential", backoffDelayMs: 200 });
const delays = (of: DeliveryPolicy, random = () => 0) =>
  [1, 2, 3, 4].map((n) => nextDelayMs(of, n, { status: 500 }, random));

describe("back-off", () => {
  test("[RTY-1] linear grows by the delay, exponential doubles it", () => {
    expect(delays(linear)).toEqual([200, 400, 600, 800]);
    expect(delays(exponential)).toEqual([200, 400, 800, 1_600]);
  });

  test("[RTY-2] without a policy or a delay the next attempt follows at once", () => {
    expect(delays(policy({ backoffDelayMs: 200 }))).toEqual([0, 0, 0, 0]);
    expect(delays(policy({ backoffPolicy: "linear" }))).toEqual([0, 0, 0, 0]);
    expect(delays(policy({ backoffPolicy: "exponential", backoffDelayMs: 0 }))).toEqual([0, 0, 0, 0]);
  });

  test("[RTY-3] is capped", () => {
    expect(delays({ ...linear, backoffMaxMs: 500 })).toEqual([200, 400, 500, 500]);
    expect(delays({ ...exponential, backoffMaxMs: 500 })).toEqual([200, 400, 500, 500]);
    expect(nextDelayMs(exponential, 5_000, {}, () => 0)).toBe(HOUR_MS);
  });

  test("[RTY-4] the first attempt is not a retry", () => {
    expect([0, 1, 10].map((retry) => attemptsAllowed(policy({ retry })))).toEqual([1, 2, 11]);
  });

  test("[RTY-5] is finite, never earlier than asked and at most a tenth later, whatever the policy", () => {
    const random = new SeededRandom(5);
    for (let round = 0; round < 2_000; round++) {
      const backoffDelayMs = random.below(10_000_000);
      const backoffMaxMs = random.below(10_000_000);
      const n = 1 + random.below(2_000);
      for (const [backoffPolicy, factor] of [
        ["linear", n],
        ["exponential", 2 ** (n - 1)],
      ] as const) {
        const asked = Math.min(backoffDelayMs === 0 ? 0 : backoffDelayMs * factor, backoffMaxMs);
        const of = policy({ backoffPolicy, backoffDelayMs, backoffMaxMs });
        const ms = nextDelayMs(of, n, { status: 503 }, () => random.below(1_000) / 1_000);
        expect(Number.isFinite(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(asked);
        expect(ms).toBeLessThanOrEqual(asked * 1.1);
      }
    }
  });

  test("[RTY-6] jitter spreads what failed together", () => {
    expect(nextDelayMs(linear, 1, {}, () => 0.999)).toBeGreaterThan(nextDelayMs(linear, 1, {}, () => 0));
  });
});

describe("Retry-After in the back-off", () => {
  test.each([
    [429, 5_000, 5_000],
    [503, 5_000, 5_000],
    [500, 5_000, 200],
    [undefined, 5_000, 200],
    [503, 100, 200],
    [503, 2 * HOUR_MS, HOUR_MS],
  ])("[RTY-7] after %s it asks for %i ms and gets %i", (status, retryAfterMs, expected) => {
    const answer = status === undefined ? { retryAfterMs } : { status, retryAfterMs };
    expect(nextDelayMs(linear, 1, answer, () => 0)).toBe(expected);
  });

  test("[RTY-8] a cap of its own applies, and zero switches it off", () => {
    const asked = { status: 503, retryAfterMs: 5_000 };
    expect(nextDelayMs({ ...linear, retryAfterMaxMs: 3_000 }, 1, asked, () => 0)).toBe(3_000);
    expect(nextDelayMs({ ...linear, retryAfterMaxMs: 0 }, 1, asked, () => 0)).toBe(200);
    expect(nextDelayMs({ ...linear, backoffMaxMs: 100 }, 1, asked, () => 0)).toBe(5_000);
  });
});

describe("the Retry-After header", () => {
  const nowMs = Date.UTC(1994, 10, 6, 8, 49, 30);
  test.each([
    ["120", 120_000],
    [" 7 ", 7_000],
    ["0", 0],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 7_000],
    ["Sun, 06 Nov 1994 08:49:00 GMT", 0],
    ["", undefined],
    [null, undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["soon", undefined],
    ["99999999999", undefined],
    ["Sun, 06 Nov 1994 08:49:37", undefined],
    ["Sun, 06 Nov 1994 25:49:37 GMT", undefined],
    ["1994-11-06T08:49:37Z", undefined],
  ])("[RTY-9] %j is %s ms", (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });
});

describe("which failures are worth another attempt", () => {
  test("[RTY-10] no answer, 404, 408, 409, 429 and everything from 500 on", () => {
    const retriable = [404, 408, 409, 429];
    for (let status = 100; status < 1_000; status++) {
      expect([status, isRetriable(status)]).toEqual([status, status >= 500 || retriable.includes(status)]);
    }
    expect(isRetriable(undefined)).toBe(true);
  });
});
