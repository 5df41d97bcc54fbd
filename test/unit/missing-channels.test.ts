import { expect, test } from "vitest";
import { MissingChannels } from "../../src/ingress/missing-channels.ts";

function strike(missing: MissingChannels, name: string, times: number, nowMs: number): void {
  for (let time = 0; time < times; time++) missing.missed(name, nowMs);
}

test("[ING-9] a name is silent for half a second after 32 misses, then each miss renews it", () => {
  const missing = new MissingChannels();
  strike(missing, "a", 31, 0);
  expect(missing.isMissing("a", 0)).toBe(false);
  strike(missing, "a", 1, 0);
  expect([missing.isMissing("a", 499), missing.isMissing("a", 500), missing.isMissing("b", 0)]).toEqual([
    true,
    false,
    false,
  ]);
  strike(missing, "a", 1, 600);
  expect([missing.isMissing("a", 1_099), missing.isMissing("a", 1_100)]).toEqual([true, false]);
});

test("[ING-9] misses more than a second apart do not add up, and one success clears them", () => {
  const missing = new MissingChannels();
  strike(missing, "a", 31, 0);
  strike(missing, "a", 1, 1_001);
  expect(missing.isMissing("a", 1_001)).toBe(false);
  strike(missing, "a", 31, 1_001);
  expect(missing.isMissing("a", 1_001)).toBe(true);
  missing.found("a");
  expect(missing.isMissing("a", 1_001)).toBe(false);
});

test("[ING-9] remembers at most 1,024 names and forgets the oldest first", () => {
  const missing = new MissingChannels();
  for (let index = 0; index < 1_025; index++) strike(missing, `n${index}`, 32, 0);
  expect([missing.isMissing("n0", 0), missing.isMissing("n1", 0), missing.isMissing("n1024", 0)]).toEqual([
    false,
    true,
    true,
  ]);
});
