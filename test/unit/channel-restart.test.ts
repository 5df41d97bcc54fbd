import { describe, expect, test } from "vitest";
import { ChannelWorld, failure, leasedTypes, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

describe("after a crash", () => {
  test("[RST-1] what was accepted and not settled comes again, what was settled and written does not", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a", "b", "c", "d"]);
    const { deliveries } = await world.lease();
    const [a, b, c] = deliveries;
    if (a === undefined || b === undefined || c === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, ok), outcomeOf(c, ok));
    await world.advance(30);
    world.start();
    expect(leasedTypes(await world.lease()).sort()).toEqual(["b", "d"]);
  });

  test("[RST-2] an idle subscription does not see old events again", async () => {
    const world = await ChannelWorld.with(
      subscription("s", { filter: { kind: "attributes", attributes: { type: "x" } } }),
    );
    await world.append(["a", "b"]);
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
    await world.append(["x"]);
    expect(leasedTypes(await world.lease())).toEqual(["x"]);
  });

  test("[RST-3] a late outcome from before the crash still counts, its reply once", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    world.start();
    await world.settle(outcomeOf(a, ok));
    await world.settle(outcomeOf(a, ok));
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await world.stats()).toMatchObject({ subscriptions: [{ counters: { delivered: 1 } }] });
  });

  test("[RST-4] an event that kills its courier each time ends like any other failure", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["bad", "good"]);
    const first = await world.lease();
    const good = first.deliveries[1];
    if (good === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(good, ok));
    await world.advance(30);
    world.start();
    const second = await world.lease();
    expect(second.deliveries.map((each) => each.token.attempt)).toEqual([2]);
    await world.advance(30);
    world.start();
    await world.advance(30);
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await world.stats()).toMatchObject({ subscriptions: [{ counters: { delivered: 1, parked: 1 } }] });
  });

  test("[RST-5] a retry keeps its attempt and its time over a crash", async () => {
    const delivery = {
      ...subscription("s").delivery,
      retry: 3,
      backoffPolicy: "linear" as const,
      backoffDelayMs: 60_000,
    };
    const world = await ChannelWorld.with(subscription("s", { delivery }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, failure(500)));
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
    await world.advance(60_000);
    expect((await world.lease()).deliveries.map((each) => each.token.attempt)).toEqual([2]);
  });

  test("[RST-6] an ordered key that retries stays held over a crash", async () => {
    const delivery = {
      ...subscription("s").delivery,
      retry: 3,
      backoffPolicy: "linear" as const,
      backoffDelayMs: 60_000,
    };
    const world = await ChannelWorld.with(subscription("s", { ordering: "ordered", delivery }));
    await world.append(["a1", "a2"]);
    const [a1] = (await world.lease()).deliveries;
    if (a1 === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a1, failure(500)));
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
    await world.advance(60_000);
    expect(leasedTypes(await world.lease())).toEqual(["a1"]);
  });

  test("[RST-7] an idempotency key is remembered over a crash", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    const first = await world.append(["a"], { key: "p:1" });
    world.start();
    const second = await world.append(["a"], { key: "p:1" });
    expect(first).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-1" }] });
    expect(second).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: true, position: "0-1" }] });
  });

  test("[RST-8] a commit that fails refuses every waiting call and aborts the object", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    world.failSync = new Error("disk full");
    await expect(world.append(["a"])).rejects.toThrow("disk full");
    expect(world.aborted).toBe("commit failed: disk full");
  });
});

describe("the log", () => {
  test("[LOG-1] an event over 1 MB is chunked and read part by part", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["big"], { bytes: 2_500_000 });
    await world.append(["small"]);
    const lease = await world.lease();
    expect(leasedTypes(lease)).toEqual(["big", "small"]);
    const [big] = lease.events;
    expect(big).toMatchObject({ kind: "chunked", parts: 3, dataBytes: 2_500_000 });
    if (big?.kind !== "chunked") throw new Error("not chunked");
    const sizes = [0, 1, 2, 3].map((part) => world.channel.readPart(big.blob, part)?.length);
    expect(sizes).toEqual([1_000_000, 1_000_000, 500_000, undefined]);
  });

  test("[LOG-10] the number of a large event that is gone is never another's, whose data a late courier would read", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.configure({ retentionMs: 1_000 });
    await world.append(["first"], { bytes: 1_200_000 });
    const lease = await world.lease();
    const [first] = lease.events;
    const [delivery] = lease.deliveries;
    if (first?.kind !== "chunked" || delivery === undefined) throw new Error("not leased");
    await world.settle(outcomeOf(delivery, ok));
    await world.advance(3_700_000);
    expect(world.channel.readPart(first.blob, 0)).toBeUndefined();
    world.start();
    await world.append(["second"], { bytes: 1_200_000 });
    expect(world.channel.readPart(first.blob, 0)).toBeUndefined();
    await world.takenOverBy("another");
    await world.append(["third"], { bytes: 1_200_000 });
    expect(world.channel.readPart(first.blob, 0)).toBeUndefined();
    expect(world.database.prepare("SELECT COUNT(*) AS n FROM chunk").get()).toEqual({ n: 2 });
  });

  test("[LOG-2] settled events leave after the retention time, unsettled ones stay", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.configure({ retentionMs: 1_000 });
    await world.append(["a"], { bytes: 1_200_000 });
    await world.append(["b"]);
    const [a] = (await world.lease({ capacity: 1 })).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, ok));
    await world.advance(3_700_000);
    const log = await world.channel.operate({ verb: "log", limit: 10 });
    expect(log).toMatchObject({ kind: "ok", body: { items: [{ attributes: { type: "b" } }] } });
    expect(world.database.prepare("SELECT COUNT(*) AS n FROM chunk").get()).toEqual({ n: 0 });
  });

  test("[LOG-3] replay delivers again from a position, skip passes over and counts", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a", "b"]);
    const first = await world.lease();
    await world.settle(...first.deliveries.map((each) => outcomeOf(each, ok)));
    const to = { kind: "earliest" } as const;
    expect(await world.channel.operate({ verb: "replay", subscription: "s", to, dryRun: false })).toMatchObject({
      kind: "ok",
    });
    expect(leasedTypes(await world.lease())).toEqual(["a", "b"]);
    await world.settle(...first.deliveries.map((each) => outcomeOf(each, ok)));
    const skip = await world.channel.operate({
      verb: "skip",
      subscription: "s",
      to: { kind: "latest" },
      dryRun: false,
    });
    expect(skip).toMatchObject({ kind: "ok", body: { discarded: 2 } });
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[LOG-4] a new subscription that starts at earliest reads the whole log", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(Array.from({ length: 5_000 }, (_, index) => `t${index}`));
    world.configure({ subscriptions: [subscription("s"), subscription("n", { startFrom: { kind: "earliest" } })] });
    const seen: string[] = [];
    for (let round = 0; round < 60; round++) {
      const lease = await world.lease({ capacity: 1_000 });
      const mine = lease.deliveries.filter((each) => each.token.subscription === "n");
      seen.push(...mine.map((each) => String(each.token.seq)));
      await world.settle(...lease.deliveries.map((each) => outcomeOf(each, ok)));
    }
    expect(new Set(seen).size).toBe(5_000);
    expect(seen.length).toBe(5_000);
  });

  test("[LOG-5] events that one source sends twice are deduplicated where the channel asks for it", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    world.configure({ dedupMs: 60_000 });
    await world.append(["a"]);
    const again = await world.append(["a"]);
    expect(again).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: true, position: "0-1" }] });
    await world.advance(60_001);
    const later = await world.append(["a"]);
    expect(later).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-2" }] });
  });
});
