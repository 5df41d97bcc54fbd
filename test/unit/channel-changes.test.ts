import { describe, expect, test } from "vitest";
import type { Delivery, SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import { ChannelWorld, failure, leasedTypes, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

const typeIs = (type: string) => ({ kind: "attributes", attributes: { type } }) as const;
const everything = { kind: "everything" } as const;
const retrying = { ...subscription("s").delivery, retry: 3 };
const deadLetterSink = { kind: "url", url: "http://dead.example/" } as const;

/** As the control plane pushes a Trigger whose filter cannot be used. */
const unusable = {
  paused: true,
  filter: { kind: "filters", filters: [{ kind: "cesql", expression: "MINE(type)" }] },
} as const;

describe("a configuration that changes under way", () => {
  test("[CFG-1] what is out and rejected by the new filter does not come back when it fails", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter: typeIs("b") })] });
    await world.settle(outcomeOf(a, failure(503)));
    await world.append(["b"]);
    expect(leasedTypes(await world.lease({ lane: "s" })).concat(leasedTypes(await world.lease()))).toEqual(["b"]);
  });

  test("[CFG-7] what is out and rejected by the new filter counts when it is taken, its reply too", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const lease = await world.lease();
    const [a] = lease.deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.configure({ subscriptions: [subscription("s", { filter: typeIs("b") })] });
    // The scan passes it by before its subscriber has answered.
    expect((await world.lease()).deliveries).toEqual([]);
    await world.settle(outcomeOf(a, { kind: "delivered", status: 200, reply: lease.bytes.slice() }));
    await world.advance(1_000);
    expect(await world.stats()).toMatchObject({
      head: "0-3",
      subscriptions: [{ retrying: 0, inFlight: 0, counters: { delivered: 1, replies: 1, discarded: 0 } }],
    });
  });

  test.each([
    { name: "fails", end: (world: ChannelWorld, out: Delivery) => world.settle(outcomeOf(out, failure(503))) },
    { name: "runs out", end: (world: ChannelWorld) => world.advance(120_000) },
    { name: "is out when the channel stops", end: async (world: ChannelWorld) => world.start() },
  ])("[CFG-8] what is out and rejected by the new filter is discarded when it $name, and counted", async ({ end }) => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter: typeIs("b") })] });
    await end(world, a);
    await world.advance(120_000);
    expect(await world.stats()).toMatchObject({
      subscriptions: [{ retrying: 0, inFlight: 0, counters: { delivered: 0, discarded: 1 } }],
    });
  });

  test("[CFG-9] what is out is tried again when a later filter lets it pass", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter: typeIs("b") })] });
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying })] });
    await world.settle(outcomeOf(a, failure(503)));
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
    expect(await world.stats()).toMatchObject({ subscriptions: [{ counters: { failedAttempts: 1, discarded: 0 } }] });
  });

  test("[CFG-10] what is out and rejected by the new filter still counts when the channel has stopped meanwhile", async () => {
    const { world, out, reply } = await rejectedWhileOut();
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
    await world.settle(outcomeOf(out, { kind: "delivered", status: 200, reply }));
    await world.advance(120_000);
    expect(await world.stats()).toMatchObject({
      head: "0-3",
      subscriptions: [{ retrying: 0, counters: { delivered: 1, replies: 1, discarded: 0 } }],
    });
  });

  test("[CFG-11] a replay does not bring back what is out and rejected by the new filter", async () => {
    const { world } = await rejectedWhileOut();
    await world.lease();
    await world.channel.operate({ verb: "replay", subscription: "s", to: { kind: "latest" }, dryRun: false });
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await world.stats()).toMatchObject({
      subscriptions: [{ retrying: 0, counters: { delivered: 0, discarded: 1 } }],
    });
  });

  test("[CFG-12] a redriven delivery is tried again after a stop, whatever the filter says by then", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, failure(400)));
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter: typeIs("b") })] });
    await world.channel.operate({ verb: "redrive", selector: { state: ["parked"] }, dryRun: false });
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
    await world.advance(1_000);
    world.start();
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
  });

  test("[CFG-2] a dead letter whose sink is taken away is parked, not sent to the subscriber", async () => {
    const delivery = subscription("s").delivery;
    const world = await ChannelWorld.with(subscription("s", { delivery: { ...delivery, deadLetterSink } }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, failure(400)));
    await world.configure({ subscriptions: [subscription("s")] });
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await world.stats()).toMatchObject({ subscriptions: [{ retrying: 0, counters: { parked: 1 } }] });
  });

  test("[CFG-3] events of one key that were out before ordering began hold the key together", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a", "b"]);
    const [a, b] = (await world.lease()).deliveries;
    if (a === undefined || b === undefined) throw new Error("nothing leased");
    await world.append(["c"]);
    await world.configure({ subscriptions: [subscription("s", { ordering: "ordered" })] });
    await world.lease();
    await world.settle(outcomeOf(a, ok));
    expect((await world.lease()).deliveries).toEqual([]);
    await world.settle(outcomeOf(b, ok));
    expect(leasedTypes(await world.lease())).toEqual(["c"]);
  });

  test("[CFG-3] a delivery that failed before ordering began holds its key, through a restart too", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, failure(503)));
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, ordering: "ordered" })] });
    await world.append(["b"]);
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
    world.start();
    const again = await world.lease();
    expect(leasedTypes(again)).toEqual(["a"]);
    await world.settle(...again.deliveries.map((each) => outcomeOf(each, ok)));
    expect(leasedTypes(await world.lease())).toEqual(["b"]);
  });

  test("[CFG-3] a delivery that fails before the scan of a new ordering comes to it holds its key", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, ordering: "ordered" })] });
    await world.settle(outcomeOf(a, failure(503)));
    await world.append(["b"]);
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
  });

  test("[CFG-4] a configuration never writes a settled delivery before its reply", async () => {
    const world = await ChannelWorld.with(subscription("s", { filter: typeIs("a") }));
    await world.append(["a"]);
    const lease = await world.lease();
    const [a] = lease.deliveries;
    if (a === undefined) throw new Error("nothing leased");
    let synced = () => {};
    world.slowSync = new Promise((resolve) => {
      synced = resolve;
    });
    world.append(["b"]).catch(() => {});
    await world.settle(outcomeOf(a, { kind: "delivered", status: 200, reply: lease.bytes.slice() }));
    void world.configure({ retentionMs: 1_000_000 });
    world.start();
    world.slowSync = undefined;
    synced();
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
  });

  test("[CFG-5] a call's key is kept although its first event is a duplicate by source and id", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.configure({ dedupMs: 1_000 });
    await world.append(["a"]);
    await world.append(["a", "b"], { key: "p:1" });
    await world.advance(2_000);
    const again = await world.append(["a", "b"], { key: "p:1" });
    expect(again).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: true, position: "0-2" }] });
  });

  test("[CFG-13] what waits, is out or is to be tried again when its filter cannot be used any more is there when it can", async () => {
    const delivery = { ...retrying, backoffPolicy: "linear" as const, backoffDelayMs: 100 };
    const world = await ChannelWorld.with(subscription("s", { delivery }));
    await world.append(["a", "b", "a"]);
    const [failing, out] = (await world.lease({ capacity: 2 })).deliveries;
    if (failing === undefined || out === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(failing, failure(503)));
    await world.configure({ subscriptions: [subscription("s", { delivery, ...unusable })] });
    await world.settle(outcomeOf(out, failure(503)));
    await world.append(["a"]);
    await world.advance(1_000);
    expect((await world.lease()).deliveries).toEqual([]);
    await world.configure({ subscriptions: [subscription("s", { delivery, filter: typeIs("a") })] });
    await world.advance(1_000);
    const mended = (await world.lease()).deliveries;
    expect(mended.map(({ token }) => token.seq).sort()).toEqual([1, 3, 4]);
    // The filter that came rejects it.
    expect(await world.stats()).toMatchObject({ subscriptions: [{ counters: { discarded: 1 } }] });
  });

  test("[CFG-6] what the old filter let pass by stays passed, over a restart too", async () => {
    const typeB = { kind: "attributes", attributes: { type: "b" } } as const;
    const world = await ChannelWorld.with(subscription("s", { filter: typeB }));
    await world.append(["a"]);
    await world.configure({ subscriptions: [subscription("s")] });
    world.start();
    expect((await world.lease()).deliveries).toEqual([]);
    await world.append(["a"]);
    expect((await world.lease()).deliveries.map(({ token }) => token.seq)).toEqual([2]);
  });

  test.each([
    { name: "at once", meanwhile: async () => [] },
    { name: "and a scan has passed it by", meanwhile: seqsLeased },
    {
      name: "and the channel has stopped meanwhile",
      meanwhile: async (world: ChannelWorld) => {
        const before = await seqsLeased(world);
        await world.advance(100);
        world.start();
        return [...before, ...(await seqsLeased(world))];
      },
    },
  ])("[CFG-15] what has ended stays so when a filter is changed and changed back $name", async ({ meanwhile }) => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
    await world.append(["a", "b", "b", "b"]);
    const [waiting, taken, refused, failing] = (await world.lease()).deliveries;
    if (!waiting || !taken || !refused || !failing) throw new Error("nothing leased");
    await world.settle(outcomeOf(taken, ok), outcomeOf(refused, failure(400)), outcomeOf(failing, failure(503)));
    const leased: number[] = [];
    for (const filter of [typeIs("a"), everything, typeIs("a")]) {
      await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter })] });
      leased.push(...(await meanwhile(world)));
    }
    await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter: everything })] });
    leased.push(...(await seqsLeased(world)));
    await world.settle(outcomeOf(waiting, ok));
    await world.advance(60_000);
    leased.push(...(await seqsLeased(world)));
    expect(leased.filter((seq) => seq > 1)).toEqual([]);
    expect(await world.stats()).toMatchObject({
      subscriptions: [{ counters: { delivered: 2, parked: 1, discarded: 1 } }],
    });
  });

  test("[CFG-16] what waits between two that have ended is there again when its filter is changed and changed back", async () => {
    const ordered = (filter: SubscriptionConfiguration["filter"]) => subscription("s", { ordering: "ordered", filter });
    const world = await ChannelWorld.with(ordered(everything));
    await world.append(["a"], { attributes: { partitionkey: "x", n: "1" } });
    await world.append(["a"], { attributes: { partitionkey: "y" } });
    await world.append(["b"], { attributes: { partitionkey: "x" } });
    await world.append(["a"], { attributes: { partitionkey: "z" } });
    const [first, ...others] = (await world.lease()).deliveries;
    if (first === undefined) throw new Error("nothing leased");
    expect(others.map(({ token }) => token.seq)).toEqual([2, 4]);
    await world.settle(...others.map((delivery) => outcomeOf(delivery, ok)));
    for (const filter of [typeIs("a"), { kind: "attributes", attributes: { n: "1" } } as const, everything]) {
      await world.configure({ subscriptions: [ordered(filter)] });
      expect(await seqsLeased(world)).toEqual([]);
      await world.advance(100);
    }
    await world.settle(outcomeOf(first, ok));
    expect(await seqsLeased(world)).toEqual([3]);
  });

  test("[CFG-17] what was out at a crash and is passed by then counts when it is taken, and does not come again", async () => {
    const world = await ChannelWorld.with(subscription("s", { filter: everything }));
    await world.append(["a", "b"]);
    const [, out] = (await world.lease()).deliveries;
    if (out === undefined) throw new Error("nothing leased");
    await world.advance(100);
    world.start();
    await world.configure({ subscriptions: [subscription("s", { filter: typeIs("a") })] });
    expect(await seqsLeased(world)).toEqual([1]);
    await world.settle(outcomeOf(out, ok), outcomeOf(out, ok));
    await world.configure({ subscriptions: [subscription("s", { filter: everything })] });
    expect(await seqsLeased(world)).toEqual([]);
    expect(await world.stats()).toMatchObject({ subscriptions: [{ counters: { delivered: 1 } }] });
  });

  test("[CFG-14] what another channel hands over is stored although an event of its source and id was posted", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.configure({ dedupMs: 1_000 });
    await world.append(["a"]);
    const handedOver = await world.append(["a"], { key: "h:1" });
    expect(handedOver).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-2" }] });
    expect(await world.append(["a"], { key: "h:1" })).toEqual({
      kind: "accepted",
      calls: [{ kind: "stored", duplicate: true, position: "0-2" }],
    });
  });
});

async function seqsLeased(world: ChannelWorld): Promise<number[]> {
  return (await world.lease()).deliveries.map(({ token }) => token.seq);
}

/** An event that its subscriber has when its filter changes to one that rejects it. */
async function rejectedWhileOut() {
  const world = await ChannelWorld.with(subscription("s", { delivery: retrying }));
  await world.append(["a"]);
  const lease = await world.lease();
  const [out] = lease.deliveries;
  if (out === undefined) throw new Error("nothing leased");
  await world.configure({ subscriptions: [subscription("s", { delivery: retrying, filter: typeIs("b") })] });
  return { world, out, reply: lease.bytes.slice() };
}
