import { describe, expect, test } from "vitest";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { ChannelWorld, eventOf, failure, leasedTypes, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

const sink = { kind: "url", url: "http://dead.example/" } as const;
const retries = (retry: number) => ({
  retry,
  backoffPolicy: "linear" as const,
  backoffDelayMs: 10_000,
  backoffMaxMs: 3_600_000,
  timeoutMs: 30_000,
  retryAfterMaxMs: 3_600_000,
  format: "binary" as const,
});

async function counters(world: ChannelWorld, index = 0) {
  const stats = await world.stats();
  return (stats.subscriptions as { counters: Record<string, number> }[])[index]?.counters;
}

describe("leasing and settling", () => {
  test("[CHN-1] each matching subscription gets each event once", async () => {
    const world = await ChannelWorld.with(
      subscription("all"),
      subscription("some", { filter: { kind: "attributes", attributes: { type: "b" } } }),
    );
    await world.append(["a", "b"]);
    const lease = await world.lease();
    const pairs = lease.deliveries.map((each) => [each.token.subscription, eventOf(lease, each).head.attributes.type]);
    expect(pairs.sort()).toEqual([
      ["all", "a"],
      ["all", "b"],
      ["some", "b"],
    ]);
    expect(lease.events.length).toBe(2);
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[CHN-2] the first delivered outcome wins and a second one changes nothing", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const { deliveries } = await world.lease();
    const [delivery] = deliveries;
    if (delivery === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(delivery, ok), outcomeOf(delivery, ok), outcomeOf(delivery, failure(500)));
    expect(await counters(world)).toMatchObject({ delivered: 1, failedAttempts: 0 });
  });

  test("[CHN-3] a reply is appended once, with one hop less, and matched like any event", async () => {
    const world = await ChannelWorld.with(
      subscription("s", { filter: { kind: "attributes", attributes: { type: "a" } } }),
      subscription("t", { filter: { kind: "attributes", attributes: { type: "r" } } }),
    );
    await world.append(["a"]);
    const { deliveries } = await world.lease();
    const reply = encodeEvent({
      head: { attributes: { specversion: "1.0", id: "1", source: "/s", type: "r" }, headers: [], hops: 255 },
      data: new TextEncoder().encode("{}"),
    });
    const [delivery] = deliveries;
    if (delivery === undefined) throw new Error("nothing leased");
    const settlement = outcomeOf(delivery, { kind: "delivered", status: 200, reply });
    await world.settle(settlement);
    await world.settle(settlement);
    const lease = await world.lease();
    expect(leasedTypes(lease)).toEqual(["r"]);
    const [second] = lease.deliveries;
    if (second === undefined) throw new Error("no reply");
    expect(eventOf(lease, second).head.hops).toBe(254);
    expect(eventOf(lease, second).head.attributes.knativearrivaltime).toBe("2027-01-15T08:00:00.000Z");
  });

  test("[CHN-4] a reply without a hop left is dropped and counted", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const [delivery] = (await world.lease()).deliveries;
    if (delivery === undefined) throw new Error("nothing leased");
    const reply = encodeEvent({
      head: { attributes: { specversion: "1.0", id: "1", source: "/s", type: "r" }, headers: [], hops: 1 },
      data: new Uint8Array(0),
    });
    await world.settle(outcomeOf(delivery, { kind: "delivered", status: 200, reply }));
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await counters(world)).toMatchObject({ delivered: 1, replies: 0, hopsExhausted: 1 });
  });

  test("[CHN-5] a retriable failure waits for its back-off, then comes again with the next attempt", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: retries(2) }));
    await world.append(["a"]);
    const [first] = (await world.lease()).deliveries;
    if (first === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(first, failure(503)));
    await world.advance(9_999);
    expect((await world.lease()).deliveries).toEqual([]);
    await world.advance(1);
    const again = await world.lease();
    expect(again.deliveries.map((each) => each.token.attempt)).toEqual([2]);
  });

  test("[CHN-6] used-up attempts go to the dead letter sink with the error extensions, then the delivery is over", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: { ...retries(0), deadLetterSink: sink } }));
    await world.append(["a"]);
    const [first] = (await world.lease()).deliveries;
    if (first === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(first, failure(503)));
    const lease = await world.lease();
    const [dead] = lease.deliveries;
    if (dead === undefined) throw new Error("no dead letter");
    expect(dead.token.purpose).toBe("dead-letter");
    expect(lease.routes[dead.route]?.target).toEqual(sink);
    expect(dead.extensions).toEqual({
      knativeerrordest: "http://s.example/",
      knativeerrorcode: "503",
      knativeerrordata: btoa("sorry"),
    });
    await world.settle(outcomeOf(dead, ok));
    expect(await counters(world)).toMatchObject({ deadLettered: 1, parked: 0 });
    expect(await world.channel.operate({ verb: "deliveries", selector: {}, limit: 10 })).toEqual({
      kind: "ok",
      body: { items: [] },
    });
  });

  test("[CHN-7] without a dead letter sink it is parked, and redrive delivers it", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    await world.append(["a"]);
    const [first] = (await world.lease()).deliveries;
    if (first === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(first, failure(400)));
    const parked = await world.channel.operate({ verb: "deliveries", selector: { state: ["parked"] }, limit: 10 });
    expect(parked).toMatchObject({
      kind: "ok",
      body: { items: [{ id: "1", state: "parked", lastFailure: { status: 400 } }] },
    });
    expect((await world.lease()).deliveries).toEqual([]);
    await world.channel.operate({ verb: "redrive", selector: { ids: ["1"] }, dryRun: false });
    const lease = await world.lease();
    expect(leasedTypes(lease)).toEqual(["a"]);
    const [again] = lease.deliveries;
    if (again === undefined) throw new Error("nothing redriven");
    await world.settle(outcomeOf(again, ok));
    expect(await counters(world)).toMatchObject({ delivered: 1, parked: 1 });
    expect(await world.channel.operate({ verb: "deliveries", selector: {}, limit: 10 })).toEqual({
      kind: "ok",
      body: { items: [] },
    });
  });

  test("[CHN-8] a lease that nobody settles is a failed attempt once it expires", async () => {
    const world = await ChannelWorld.with(subscription("s", { delivery: { ...retries(1), backoffDelayMs: 1 } }));
    await world.append(["a"]);
    const [first] = (await world.lease()).deliveries;
    if (first === undefined) throw new Error("nothing leased");
    await world.advance(45_000);
    const [second] = (await world.lease({ lane: "s" })).deliveries;
    expect(second?.token.attempt).toBe(2);
    await world.settle(outcomeOf(first, ok));
    expect(await counters(world)).toMatchObject({ delivered: 1, failedAttempts: 1 });
  });
});

describe("ordering", () => {
  test("[CHN-9] the next event of a key waits until the earlier one is delivered", async () => {
    const world = await ChannelWorld.with(subscription("s", { ordering: "ordered", delivery: retries(1) }));
    await world.append(["a1"], { attributes: { subject: "a" } });
    await world.append(["a2"], { attributes: { subject: "a" } });
    await world.append(["b1"], { attributes: { subject: "b" } });
    const lease = await world.lease();
    expect(leasedTypes(lease)).toEqual(["a1", "b1"]);
    const [a1, b1] = lease.deliveries;
    if (a1 === undefined || b1 === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a1, failure(500)), outcomeOf(b1, ok));
    expect((await world.lease()).deliveries).toEqual([]);
    await world.advance(10_000);
    const again = await world.lease();
    expect(leasedTypes(again)).toEqual(["a1"]);
    const [retried] = again.deliveries;
    if (retried === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(retried, ok));
    expect(leasedTypes(await world.lease())).toEqual(["a2"]);
  });

  test("[CHN-10] a parked event releases its key", async () => {
    const world = await ChannelWorld.with(subscription("s", { ordering: "ordered" }));
    await world.append(["a1", "a2"], { attributes: { subject: "a" } });
    const [a1] = (await world.lease()).deliveries;
    if (a1 === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a1, failure(400)));
    expect(leasedTypes(await world.lease())).toEqual(["a2"]);
  });
});

describe("limits of a subscription", () => {
  test("[CHN-11] concurrency bounds what is out", async () => {
    const world = await ChannelWorld.with(subscription("s", { maxConcurrency: 2 }));
    await world.append(["a", "b", "c"]);
    const lease = await world.lease();
    expect(leasedTypes(lease)).toEqual(["a", "b"]);
    const [first] = lease.deliveries;
    if (first === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(first, ok));
    expect(leasedTypes(await world.lease())).toEqual(["c"]);
  });

  test("[CHN-12] a rate lets one through, then the next in its time", async () => {
    const world = await ChannelWorld.with(subscription("s", { ratePerSecond: 2 }));
    await world.append(["a", "b"]);
    const lease = await world.lease();
    expect(leasedTypes(lease)).toEqual(["a"]);
    expect(lease.nextAtMs).toBe(world.clock.nowMs + 500);
    await world.advance(500);
    expect(leasedTypes(await world.lease())).toEqual(["b"]);
  });

  test("[CHN-13] failures in a row open the breaker: one probe after a pause, in a lane of its own", async () => {
    const world = await ChannelWorld.with(
      subscription("s", { breakerFailures: 2, delivery: { ...retries(5), backoffDelayMs: 1 } }),
    );
    await world.append(["a", "b", "c"]);
    const { deliveries } = await world.lease();
    await world.settle(...deliveries.slice(0, 2).map((each) => outcomeOf(each, failure(500))));
    expect((await world.lease()).deliveries).toEqual([]);
    await world.advance(1_000);
    expect(world.wakes.at(-1)).toBe("s");
    const probe = await world.lease({ lane: "s" });
    expect(probe.deliveries.length).toBe(1);
    const [only] = probe.deliveries;
    if (only === undefined) throw new Error("no probe");
    await world.settle(outcomeOf(only, ok));
    expect((await world.lease()).deliveries.length).toBe(1);
  });

  test("[CHN-18] no answer within a short timeout moves a subscription to its own lane too", async () => {
    const delivery = { ...subscription("s").delivery, timeoutMs: 500 };
    const world = await ChannelWorld.with(subscription("hangs", { delivery }));
    await world.append(["a"]);
    const [a] = (await world.lease()).deliveries;
    if (a === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, { kind: "failed", errorData: "", reason: "no answer within 500 ms" }, 500));
    await world.append(["b"]);
    expect((await world.lease()).deliveries).toEqual([]);
    expect(leasedTypes(await world.lease({ lane: "hangs" }))).toEqual(["b"]);
  });

  test("[CHN-14] a slow answer moves a subscription to its own lane", async () => {
    const world = await ChannelWorld.with(subscription("slow"), subscription("quick"));
    await world.append(["a"]);
    const { deliveries } = await world.lease();
    await world.settle(
      ...deliveries.map((each) => outcomeOf(each, ok, each.token.subscription === "slow" ? 1_500 : 1)),
    );
    await world.append(["b"]);
    expect((await world.lease()).deliveries.map((each) => each.token.subscription)).toEqual(["quick"]);
    expect((await world.lease({ lane: "slow" })).deliveries.map((each) => each.token.subscription)).toEqual(["slow"]);
  });

  test("[CHN-15] a paused subscription keeps its place and delivers nothing", async () => {
    const world = await ChannelWorld.with(subscription("s"));
    world.configure({ subscriptions: [subscription("s", { paused: true })] });
    await world.append(["a"]);
    expect((await world.lease()).deliveries).toEqual([]);
    world.configure({ subscriptions: [subscription("s")] });
    expect(leasedTypes(await world.lease())).toEqual(["a"]);
  });
});
