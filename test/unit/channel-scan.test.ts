import { describe, expect, test } from "vitest";
import { ChannelWorld, subscription } from "../kit/channel-world.ts";

/** How many events a lease looks through for a subscription that passes none and begins with the oldest. */
async function lookedThrough(
  events: number,
  attributes: Record<string, string> = {},
): Promise<readonly [number, boolean]> {
  const world = await ChannelWorld.with();
  for (let left = events; left > 0; left -= 500) {
    await world.append(Array(Math.min(left, 500)).fill("a"), { attributes });
  }
  const filter = { kind: "filters", filters: [{ kind: "exact", attributes: { type: "none" } }] } as const;
  await world.configure({ subscriptions: [subscription("s", { filter, startFrom: { kind: "earliest" } })] });
  const { more } = await world.lease();
  const { subscriptions } = (await world.stats()) as { subscriptions: readonly { behind: number }[] };
  return [events - (subscriptions[0]?.behind ?? 0), more];
}

describe("[SCAN] how much of the log one lease looks through", () => {
  test("[SCAN-1] 2,000 events", async () => {
    expect(await lookedThrough(2_500)).toEqual([2_000, true]);
  });

  test("[SCAN-2] fewer with long attributes: each KB of them counts as an event", async () => {
    expect(await lookedThrough(100, { subject: "x".repeat(100_000) })).toEqual([21, true]);
  });

  test("[SCAN-3] who has nothing to lease does not keep its neighbours from looking on", async () => {
    const world = await ChannelWorld.with();
    for (let round = 0; round < 10; round++) await world.append(Array(500).fill("a"));
    const filter = { kind: "filters", filters: [{ kind: "exact", attributes: { type: "none" } }] } as const;
    const startFrom = { kind: "earliest" } as const;
    const names = ["one", "two", "three"];
    await world.configure({ subscriptions: names.map((name) => subscription(name, { filter, startFrom })) });
    for (const _ of names) await world.lease();
    const { subscriptions } = (await world.stats()) as { subscriptions: readonly { behind: number }[] };
    expect(subscriptions.map(({ behind }) => behind)).toEqual([3_000, 3_000, 3_000]);
  });
});
