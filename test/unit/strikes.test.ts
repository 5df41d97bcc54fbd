import { expect, test } from "vitest";
import { Strikes } from "../../src/core/strikes.ts";

function strike(missing: Strikes<"no">, name: string, times: number, nowMs: number): void {
  for (let time = 0; time < times; time++) missing.strike(name, "no", nowMs);
}

test("[ING-9] a refusal is given from memory for half a second after 32 strikes, then each strike renews it", () => {
  const missing = new Strikes<"no">();
  strike(missing, "a", 31, 0);
  expect(missing.silenced("a", 0)).toBeUndefined();
  strike(missing, "a", 1, 0);
  expect([missing.silenced("a", 499), missing.silenced("a", 500), missing.silenced("b", 0)]).toEqual([
    "no",
    undefined,
    undefined,
  ]);
  strike(missing, "a", 1, 600);
  expect([missing.silenced("a", 1_099), missing.silenced("a", 1_100)]).toEqual(["no", undefined]);
});

test("[ING-9] strikes more than a second apart do not add up, and one success clears them", () => {
  const missing = new Strikes<"no">();
  strike(missing, "a", 31, 0);
  strike(missing, "a", 1, 1_001);
  expect(missing.silenced("a", 1_001)).toBeUndefined();
  strike(missing, "a", 31, 1_001);
  expect(missing.silenced("a", 1_001)).toBe("no");
  missing.forgive("a");
  expect(missing.silenced("a", 1_001)).toBeUndefined();
});

test("[ING-9] remembers at most 1,024 keys and forgets the oldest first", () => {
  const missing = new Strikes<"no">();
  for (let index = 0; index < 1_025; index++) strike(missing, `n${index}`, 32, 0);
  expect([missing.silenced("n0", 0), missing.silenced("n1", 0), missing.silenced("n1024", 0)]).toEqual([
    undefined,
    "no",
    "no",
  ]);
});
