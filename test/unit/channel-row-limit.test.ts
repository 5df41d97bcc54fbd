import { describe, expect, test } from "vitest";
import { ChannelWorld, subscription } from "../kit/channel-world.ts";

/** Events of one commit whose keys alone fill a row. */
const EVENTS = 4_096;

describe("rows of the log", () => {
  test("[LOG-7] long keys count as part of a segment's row", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    world.configure({ dedupMs: 60_000 });
    const types = Array.from({ length: EVENTS }, (_, index) => `${index}`);
    const source = `/${"é".repeat(300)}`;
    await world.append(types, { attributes: { source } });
    expect(world.aborted).toBe(undefined);
    expect(await world.stats()).toMatchObject({ acceptedSinceWake: EVENTS, duplicatesSinceWake: 0 });
    await world.append(types, { attributes: { source } });
    expect(await world.stats()).toMatchObject({ acceptedSinceWake: EVENTS, duplicatesSinceWake: EVENTS });
  });
});
