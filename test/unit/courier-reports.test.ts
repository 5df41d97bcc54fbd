import { describe, expect, test } from "vitest";
import type { Settlement } from "../../src/core/channel-protocol.ts";
import { Reports } from "../../src/courier/reports.ts";
import { settled, VirtualClock } from "../kit/virtual-clock.ts";

function settlement(seq: number, replyBytes = 0): Settlement {
  return {
    token: { subscription: "s", epoch: 1, seq, attempt: 1, purpose: "deliver", lease: seq },
    outcome: { kind: "delivered", status: 200, ...(replyBytes === 0 ? {} : { reply: new Uint8Array(replyBytes) }) },
    tookMs: 1,
  };
}

class Desk {
  readonly clock = new VirtualClock();
  readonly startMs = this.clock.nowMs;
  /** Time and events of each call, failed ones too. */
  readonly calls: [ms: number, seqs: number[]][] = [];
  failures = 0;
  onCall: () => void = () => {};
  readonly reports = new Reports(
    async (settlements) => {
      this.calls.push([this.clock.nowMs - this.startMs, settlements.map(({ token }) => token.seq)]);
      this.onCall();
      if (this.failures-- > 0) throw new Error("connection lost");
    },
    { schedule: this.clock.schedule, log: () => {} },
  );
}

describe("reports", () => {
  test("[COU-17] wait a moment for company", async () => {
    const desk = new Desk();
    desk.reports.add(settlement(1));
    await desk.clock.advance(3);
    desk.reports.add(settlement(2));
    await desk.clock.advance(2);
    expect(desk.calls).toEqual([[5, [1, 2]]]);
    expect(desk.reports.hasUnreported).toBe(false);
  });

  test("[COU-18] carry at most 4 MiB of replies each", async () => {
    const desk = new Desk();
    const mebibyte = 1024 * 1024;
    for (const seq of [1, 2, 3, 4, 5]) desk.reports.add(settlement(seq, 1.5 * mebibyte));
    desk.reports.add(settlement(6));
    await desk.clock.advance(20);
    expect(desk.calls.map(([, seqs]) => seqs)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  test("[COU-19] that fail are made again after a pause, in the same order, then wait for the next outcome", async () => {
    const desk = new Desk();
    desk.failures = 2;
    desk.reports.add(settlement(1));
    desk.reports.add(settlement(2));
    await desk.clock.advance(1_000);
    expect(desk.calls).toEqual([
      [5, [1, 2]],
      [105, [1, 2]],
    ]);
    expect(desk.reports.hasUnreported).toBe(true);
    desk.reports.add(settlement(3));
    await desk.clock.advance(5);
    expect(desk.calls.at(2)).toEqual([1_005, [1, 2, 3]]);
    expect(desk.reports.hasUnreported).toBe(false);
  });

  test("[COU-20] left at the end are reported at once, with one more try", async () => {
    const desk = new Desk();
    desk.failures = 2;
    desk.reports.add(settlement(1));
    await desk.clock.advance(200);
    desk.failures = 1;
    const drained = desk.reports.drain();
    await desk.clock.advance(100);
    await drained;
    expect(desk.calls.slice(2)).toEqual([
      [200, [1]],
      [300, [1]],
    ]);
    expect(desk.reports.hasUnreported).toBe(false);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    "[COU-21] an outcome that comes %i steps after a call is not left behind",
    async (steps) => {
      const desk = new Desk();
      let isFirst = true;
      desk.onCall = () => {
        if (isFirst) void addLater();
        isFirst = false;
      };
      const addLater = async (): Promise<void> => {
        for (let step = 0; step < steps; step++) await undefined;
        desk.reports.add(settlement(2));
      };
      desk.reports.add(settlement(1));
      await desk.clock.advance(5);
      await settled();
      await desk.clock.advance(5);
      expect(desk.calls.map(([, seqs]) => seqs)).toEqual([[1], [2]]);
    },
  );
});
