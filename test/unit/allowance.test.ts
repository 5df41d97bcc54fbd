import { expect, test } from "vitest";
import { Allowance } from "../../src/core/allowance.ts";

const takes = (allowance: Allowance, times: number, nowMs: number): number =>
  Array.from({ length: times }, () => allowance.take(nowMs)).filter((taken) => taken).length;

test("[ALLOW-1] a burst at once, then what each second earns, and never more than a burst", () => {
  const allowance = new Allowance(3, 2, 1_000);
  expect(takes(allowance, 5, 1_000)).toBe(3);
  expect(takes(allowance, 5, 1_499)).toBe(0);
  expect(takes(allowance, 5, 1_500)).toBe(1);
  expect(takes(allowance, 5, 2_500)).toBe(2);
  expect(takes(allowance, 5, 100_000)).toBe(3);
});
