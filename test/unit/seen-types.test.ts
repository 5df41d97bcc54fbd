import { describe, expect, test } from "vitest";
import { encodeEvent } from "../../src/core/event-codec.ts";
import type { SeenTypes } from "../../src/core/seen-types.ts";
import { ChannelWorld, outcomeOf, subscription } from "../kit/channel-world.ts";

async function seenTypes(world: ChannelWorld, from?: string): Promise<SeenTypes> {
  const answer = await world.channel.operate({ verb: "seen-types", ...(from === undefined ? {} : { from }) });
  if (answer.kind !== "seen-types") throw new Error(JSON.stringify(answer));
  return answer.seen;
}

/** All answers until there is no more to read. */
async function readOn(world: ChannelWorld): Promise<readonly SeenTypes[]> {
  const answers: SeenTypes[] = [];
  for (let from: string | undefined; ; from = answers.at(-1)?.next) {
    const seen = await seenTypes(world, from);
    answers.push(seen);
    if (!seen.more) return answers;
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

describe("[STY] the types of events that came to a channel", () => {
  test("[STY-1] each type and source once, as the first event of them was, and where to read on", async () => {
    const world = await ChannelWorld.with();
    await world.append(["a", "b", "a"]);
    await world.append(["a"], { attributes: { source: "/other", dataschema: "https://schemas.test/1" } });
    await world.append(["a"], { attributes: { source: "/other", dataschema: "https://schemas.test/2" } });
    expect(await seenTypes(world)).toEqual({
      types: [
        { type: "a", source: "/test" },
        { type: "b", source: "/test" },
        { type: "a", source: "/other", dataschema: "https://schemas.test/1" },
      ],
      tooLong: 0,
      next: "0-6",
      more: false,
    });
  });

  test("[STY-2] what came since the position before, and nothing where nothing came", async () => {
    const world = await ChannelWorld.with();
    await world.append(["a"]);
    const { next } = await seenTypes(world);
    expect(await seenTypes(world, next)).toEqual({ types: [], tooLong: 0, next, more: false });
    await world.append(["b"]);
    expect(await seenTypes(world, next)).toEqual({
      types: [{ type: "b", source: "/test" }],
      tooLong: 0,
      next: "0-3",
      more: false,
    });
  });

  test("[STY-3] replies are among them", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const { deliveries } = await world.lease();
    const attributes = { specversion: "1.0", id: "r", source: "/test", type: "b" };
    const reply = encodeEvent({ head: { attributes, headers: [], hops: 255 }, data: new Uint8Array(0) });
    await world.settle(...deliveries.map((each) => outcomeOf(each, { kind: "delivered", status: 200, reply })));
    expect((await seenTypes(world)).types.map(({ type }) => type)).toEqual(["a", "b"]);
  });

  test("[STY-4] one answer holds 100 types at most, and the next ones hold the rest", async () => {
    const world = await ChannelWorld.with();
    await world.append(numbered(250));
    const answers = await readOn(world);
    expect(answers.map(({ types, more }) => [types.length, more])).toEqual([
      [100, true],
      [100, true],
      [50, false],
    ]);
    expect(answers.flatMap(({ types }) => types.map(({ type }) => type))).toEqual(numbered(250));
  });

  test("[STY-5] one answer reads 5,000 events at most", async () => {
    const world = await ChannelWorld.with();
    for (let round = 0; round < 12; round++) await world.append(Array.from({ length: 500 }, () => "same"));
    await world.append(["last"]);
    const same = { type: "same", source: "/test" };
    expect(await readOn(world)).toEqual([
      { types: [same], tooLong: 0, next: "0-3ux", more: true },
      { types: [same, { type: "last", source: "/test" }], tooLong: 0, next: "0-4mq", more: false },
    ]);
  });

  test("[STY-6] one answer ends with the segment that reaches 8 MiB", async () => {
    const world = await ChannelWorld.with();
    for (let round = 0; round < 30; round++) await world.append(["large"], { bytes: 400_000 });
    expect((await readOn(world)).map(({ next, more }) => [next, more])).toEqual([
      ["0-m", true],
      ["0-v", false],
    ]);
  });

  test("[STY-8] events whose attributes are too long for it are only counted", async () => {
    const world = await ChannelWorld.with();
    await world.append(["a", "t".repeat(1_020), "t".repeat(1_019)]);
    await world.append(["a"], { attributes: { dataschema: "s".repeat(1_020) } });
    const { types, tooLong } = await seenTypes(world);
    expect([types.map(({ type }) => type.length), tooLong]).toEqual([[1, 1_019], 2]);
  });

  test("[STY-7] what retention took is passed over, and a position that the log does not have begins with its oldest event", async () => {
    const world = await ChannelWorld.with();
    await world.append(["a"]);
    await world.advance(80_000_000);
    await world.append(["b"]);
    await world.advance(10_000_000);
    const all = { types: [{ type: "b", source: "/test" }], tooLong: 0, next: "0-3", more: false };
    expect([await seenTypes(world, "0-1"), await seenTypes(world, "0-zz"), await seenTypes(world, "x")]).toEqual([
      all,
      all,
      all,
    ]);
    await world.advance(100_000_000);
    expect(await seenTypes(world)).toEqual({ types: [], tooLong: 0, next: "0-3", more: false });
  });
});
