import { describe, expect, test } from "vitest";
import { askWithin } from "../../src/core/ask-within.ts";
import { Memory } from "../../src/ingress/memory.ts";

test("[ING-MEM] a memory starts again when it is full, and forgets what it is told to", () => {
  const memory = new Memory<number, string>();
  for (let key = 0; key < 1_024; key++) memory.remember(key, String(key));
  expect([memory.get(0), memory.get(1_023)]).toEqual(["0", "1023"]);
  memory.remember(1_024, "1024");
  expect([memory.get(0), memory.get(1_023), memory.get(1_024)]).toEqual([undefined, undefined, "1024"]);
  memory.forget(1_024);
  expect(memory.get(1_024)).toBeUndefined();
});

describe("[ING-ASK] a question with a bound", () => {
  /** A clock that a test lets strike. */
  function clock() {
    const planned = new Map<() => void, number>();
    const schedule = (delayMs: number, work: () => void) => {
      planned.set(work, delayMs);
      return () => void planned.delete(work);
    };
    return { planned, schedule };
  }

  test("the answer, after which nothing is planned any more", async () => {
    const { planned, schedule } = clock();
    expect(await askWithin(5, async () => true, { schedule })).toBe(true);
    expect(planned.size).toBe(0);
  });

  test("nothing where it fails", async () => {
    expect(await askWithin(5, () => Promise.reject(new Error("restarting")), clock())).toBeUndefined();
  });

  test("nothing where the time comes first", async () => {
    const { planned, schedule } = clock();
    const answer = askWithin(5, () => new Promise<boolean>(() => undefined), { schedule });
    expect([...planned.values()]).toEqual([5]);
    for (const strike of planned.keys()) strike();
    expect(await answer).toBeUndefined();
  });
});
