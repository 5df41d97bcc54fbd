import { describe, expect, test } from "vitest";
import { BUSY_EVENTS, BUSY_MS, COMPANY_EVENTS, PACE_MS } from "../../src/channel/limits.ts";
import { Pace } from "../../src/channel/pace.ts";
import { ChannelWorld, subscription } from "../kit/channel-world.ts";
import { settled } from "../kit/virtual-clock.ts";

const NOW_MS = 1_800_000_000_000;

/** A pace that has seen `events` in one interval, one after another, and is asked at the end of it. */
function paceAfter(events: number): Pace {
  const pace = new Pace();
  for (let index = 0; index <= events; index++) pace.arrived(1, NOW_MS + (index * BUSY_MS) / events);
  return pace;
}

describe("the pace of commits", () => {
  test("[PACE-1] few events commit at once, however long ago the last commit was", () => {
    const pace = paceAfter(BUSY_EVENTS - 1);
    pace.committed(NOW_MS + BUSY_MS);
    expect(pace.waitMs(1, NOW_MS + BUSY_MS)).toBe(0);
  });

  test("[PACE-2] many events wait until the pace allows the next commit", () => {
    const pace = paceAfter(BUSY_EVENTS);
    pace.committed(NOW_MS + BUSY_MS);
    const waits = [0, 4, PACE_MS, PACE_MS + 5].map((ms) => pace.waitMs(1, NOW_MS + BUSY_MS + ms));
    expect(waits).toEqual([PACE_MS, PACE_MS - 4, 0, 0]);
  });

  test("[PACE-2] nobody waits once there is company", () => {
    const pace = paceAfter(BUSY_EVENTS);
    pace.committed(NOW_MS + BUSY_MS);
    expect([COMPANY_EVENTS - 1, COMPANY_EVENTS].map((waiting) => pace.waitMs(waiting, NOW_MS + BUSY_MS))).toEqual([
      PACE_MS,
      0,
    ]);
  });

  test("[PACE-3] the first event after a pause does not wait", () => {
    const pace = paceAfter(BUSY_EVENTS);
    pace.arrived(1, NOW_MS + 5 * BUSY_MS);
    pace.committed(NOW_MS + 5 * BUSY_MS);
    expect(pace.waitMs(1, NOW_MS + 5 * BUSY_MS)).toBe(0);
  });

  test("[PACE-4] a busy channel gathers events into fewer segments, and answers each once it is durable", async () => {
    const world = await ChannelWorld.with(subscription("a"));
    for (let index = 0; index <= BUSY_EVENTS; index++) {
      const accepted = world.append(["t"]);
      await world.clock.advance(BUSY_MS / BUSY_EVENTS);
      await world.clock.advance(index === BUSY_EVENTS ? PACE_MS : 0);
      await accepted;
    }
    const segments = () => Number(world.database.prepare("SELECT COUNT(*) AS n FROM segment").get()?.n);
    const before = segments();
    const answers = Array.from({ length: 5 }, () => world.append(["t"]));
    await settled();
    expect(segments()).toBe(before);
    await world.clock.advance(PACE_MS);
    expect((await Promise.all(answers)).map((answer) => answer.kind)).toEqual(Array(5).fill("accepted"));
    expect(segments()).toBe(before + 1);
  });
});
