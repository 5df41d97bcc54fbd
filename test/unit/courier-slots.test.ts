import { describe, expect, test } from "vitest";
import { Slots } from "../../src/courier/slots.ts";
import { settled } from "../kit/virtual-clock.ts";

const nothing = (): void => {};

describe("the slots of a run", () => {
  test("[SLT-1] are all for the only lane, and for each lane its part while both have work", () => {
    const slots = new Slots(8);
    const first = slots.join();
    expect(first.free).toBe(8);
    for (let taken = 0; taken < 6; taken++) first.start(nothing);
    const second = slots.join();
    expect([first.free, second.free]).toEqual([-2, 2]);
    second.hasWork = false;
    expect([first.free, second.share]).toEqual([2, 4]);
  });

  test("[SLT-2] come back to a lane when the other has left", () => {
    const slots = new Slots(4);
    const [first, second] = [slots.join(), slots.join()];
    expect(first.share).toBe(2);
    second.leave();
    expect(first.share).toBe(4);
  });

  test("[SLT-3] are never more than the window: what two lanes claim at once waits its turn", () => {
    const slots = new Slots(2);
    const [first, second] = [slots.join(), slots.join()];
    const begun: string[] = [];
    for (const name of ["a", "b"]) first.start(() => begun.push(name));
    for (const name of ["c", "d"]) second.start(() => begun.push(name));
    expect([begun, first.free, second.free]).toEqual([["a", "b"], -2, -2]);
    first.end();
    expect(begun).toEqual(["a", "b", "c"]);
    second.end();
    first.end();
    expect(begun).toEqual(["a", "b", "c", "d"]);
    expect(slots.isBusy).toBe(true);
    second.end();
    expect([slots.isBusy, second.free]).toEqual([false, 1]);
  });

  test("[SLT-4] that free up in one lane are told to the others", async () => {
    const slots = new Slots(1);
    const [first, second] = [slots.join(), slots.join()];
    first.start(nothing);
    let isTold = false;
    void slots.freed().then(() => {
      isTold = true;
    });
    await settled();
    expect([isTold, second.free]).toEqual([false, 0]);
    first.end();
    await settled();
    expect([isTold, second.free]).toEqual([true, 1]);
  });
});
