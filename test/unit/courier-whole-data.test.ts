import { describe, expect, test } from "vitest";
import { WholeData } from "../../src/courier/whole-data.ts";
import { channelName } from "../kit/courier-world.ts";

const CHANNEL = channelName("default", "broker", "b");
const MB = 1024 * 1024;

/** Events by their blob's number; `end` lets the one with that number go on, as if it had been sent. */
function world() {
  const held: number[] = [];
  const ends = new Map<number, () => void>();
  const whole = new WholeData({
    readPart: async (_, blob, part) => (blob === 0 ? undefined : new Uint8Array([blob, part])),
  });
  const begin = (blob: number, dataBytes: number) =>
    whole.during(CHANNEL, { kind: "chunked", start: 0, end: 0, blob, parts: 2, dataBytes }, async (data) => {
      held.push(blob);
      await new Promise<void>((resolve) => ends.set(blob, resolve));
      held.splice(held.indexOf(blob), 1);
      return [...data];
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (blob: number) => {
    ends.get(blob)?.();
    await settled();
  };
  return { held, begin, end, settled };
}

describe("data that must be whole", () => {
  test("[WHD-1] is there only as long as it is used, as much of it as the bound allows, in the order of asking", async () => {
    const { held, begin, end, settled } = world();
    const first = begin(1, 10 * MB);
    begin(2, 14 * MB);
    begin(3, 14 * MB);
    begin(4, MB);
    await settled();
    expect(held).toEqual([1, 2]);
    await end(1);
    expect(await first).toEqual([1, 0, 1, 1]);
    expect(held).toEqual([2]);
    await end(2);
    expect(held).toEqual([3, 4]);
  });

  test("[WHD-2] of an event larger than the bound is there alone", async () => {
    const { held, begin, end, settled } = world();
    begin(1, MB);
    begin(2, 25 * MB);
    begin(3, MB);
    await settled();
    const before = [...held];
    await end(1);
    const between = [...held];
    await end(2);
    expect([before, between, held]).toEqual([[1], [2], [3]]);
  });

  test("[WHD-3] that cannot be read keeps nobody waiting", async () => {
    const { held, begin, settled } = world();
    const lost = begin(0, 20 * MB);
    begin(1, 20 * MB);
    await expect(lost).rejects.toThrow("not in the log any more");
    await settled();
    expect(held).toEqual([1]);
  });
});
