import { describe, expect, test } from "vitest";
import type { DeliveredOutcome, Delivery, SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { ChannelWorld, eventOf, failure, leasedTypes, ok, outcomeOf, subscription } from "../kit/channel-world.ts";

const target = { kind: "url", url: "http://replies.example/" } as const;
const deadLetterSink = { kind: "url", url: "http://dead.example/" } as const;
const refused = { kind: "failed", status: 503, errorData: btoa("later"), reason: "503" } as const;

/** Tried again at once, so often. */
const retries = (retry: number) => ({ ...subscription("s").delivery, retry });

function passing(overrides: Partial<SubscriptionConfiguration> = {}): SubscriptionConfiguration {
  return subscription("s", { reply: { kind: "target", target }, ...overrides });
}

function replyOf(type: string, dataBytes = 2): Uint8Array {
  const attributes = { specversion: "1.0", id: `reply-${type}`, source: "/s", type };
  return encodeEvent({ head: { attributes, headers: [], hops: 255 }, data: new Uint8Array(dataBytes).fill(5) });
}

/** A success whose reply the courier could not pass on. */
function unpassed(type = "r", dataBytes = 2): DeliveredOutcome {
  return { kind: "delivered", status: 200, reply: replyOf(type, dataBytes), replyFailure: refused };
}

async function leaseOne(world: ChannelWorld, options: Parameters<ChannelWorld["lease"]>[0] = {}) {
  const lease = await world.lease(options);
  const [delivery, ...others] = lease.deliveries;
  if (delivery === undefined || others.length > 0) throw new Error(`${lease.deliveries.length} leased`);
  return { lease, delivery };
}

/** A channel that keeps the reply to its one event. */
async function keeping(overrides: Partial<SubscriptionConfiguration> = {}, outcome = unpassed()) {
  const world = await ChannelWorld.with(passing({ delivery: retries(2), ...overrides }));
  await world.append(["a"]);
  const { delivery } = await leaseOne(world);
  await world.settle(outcomeOf(delivery, outcome));
  return { world, first: delivery };
}

const purposes = (deliveries: readonly Delivery[]) => deliveries.map(({ token }) => [token.purpose, token.attempt]);

async function counters(world: ChannelWorld) {
  const { subscriptions } = await world.stats();
  return (subscriptions as { counters: Record<string, number> }[])[0]?.counters;
}

describe("a reply that goes elsewhere", () => {
  test("[KRP-1] goes the way that the lease says, and is counted when it has gone", async () => {
    const world = await ChannelWorld.with(passing());
    await world.append(["a", "b"]);
    const { deliveries, routes } = await world.lease();
    expect(routes).toEqual([
      {
        target: { kind: "url", url: "http://s.example/" },
        namespace: "default",
        timeoutMs: 30_000,
        format: "binary",
        wantsReply: true,
        replyTo: target,
      },
    ]);
    const [a, b] = deliveries;
    if (a === undefined || b === undefined) throw new Error("nothing leased");
    await world.settle(outcomeOf(a, { kind: "delivered", status: 200, replied: true }), outcomeOf(b, ok));
    expect(await counters(world)).toMatchObject({ delivered: 2, replies: 1, withoutReply: 1 });
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[KRP-2] is kept where it could not go, and leased for its target alone", async () => {
    const { world } = await keeping();
    const { lease, delivery } = await leaseOne(world);
    expect(purposes([delivery])).toEqual([["reply", 2]]);
    expect(lease.routes).toEqual([
      { target, namespace: "default", timeoutMs: 30_000, format: "binary", wantsReply: false },
    ]);
    const { head, data } = eventOf(lease, delivery);
    expect([head.attributes.id, head.hops, [...data]]).toEqual(["reply-r", 255, [5, 5]]);
    await world.settle(outcomeOf(delivery, ok));
    expect(await counters(world)).toMatchObject({ delivered: 1, replies: 1, failedAttempts: 1 });
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[KRP-3] survives a crash, its attempt that was out is counted, and the subscriber is not called", async () => {
    const { world } = await keeping();
    await world.advance(30);
    world.start();
    expect(purposes((await leaseOne(world)).lease.deliveries)).toEqual([["reply", 2]]);
    await world.advance(30);
    world.start();
    const { lease, delivery } = await leaseOne(world);
    expect(purposes([delivery])).toEqual([["reply", 3]]);
    expect(leasedTypes(lease)).toEqual(["r"]);
  });

  test("[KRP-4] may come from a courier that does not know where it goes", async () => {
    const { world } = await keeping({}, { kind: "delivered", status: 200, reply: replyOf("r") });
    expect(purposes((await leaseOne(world)).lease.deliveries)).toEqual([["reply", 1]]);
    expect(await counters(world)).toMatchObject({ failedAttempts: 0 });
  });

  test("[KRP-5] with 4 MB of data is kept in chunks, which go with it", async () => {
    const dataBytes = 4 * 1024 * 1024 - 200;
    const { world } = await keeping({}, unpassed("r", dataBytes));
    await world.advance(30);
    const { lease, delivery } = await leaseOne(world);
    const [event] = lease.events;
    if (event?.kind !== "chunked") throw new Error("not in chunks");
    expect([event.dataBytes, event.parts, lease.bytes.length < 1_000]).toEqual([dataBytes, 5, true]);
    expect(world.channel.readPart(event.blob, 4)?.length).toBe(dataBytes - 4_000_000);
    await world.settle(outcomeOf(delivery, ok));
    await world.advance(30);
    expect(world.database.prepare("SELECT COUNT(*) AS n FROM chunk").get()).toEqual({ n: 0 });
  });

  test("[KRP-6] that fails for good leaves the event to the sink, with the reply's target to blame", async () => {
    const { world } = await keeping({ delivery: { ...retries(0), deadLetterSink } });
    const { lease, delivery } = await leaseOne(world);
    expect([purposes([delivery]), leasedTypes(lease)]).toEqual([[["dead-letter", 1]], ["a"]]);
    expect(delivery.extensions).toEqual({
      knativeerrordest: target.url,
      knativeerrorcode: "503",
      knativeerrordata: btoa("later"),
    });
    await world.settle(outcomeOf(delivery, ok));
    expect(await counters(world)).toMatchObject({ delivered: 0, replies: 0, deadLettered: 1 });
  });

  test("[KRP-7] parked without a sink, is what a redrive tries again", async () => {
    const { world } = await keeping({ delivery: retries(0) });
    await world.advance(30);
    expect(await counters(world)).toMatchObject({ parked: 1, delivered: 0 });
    world.start();
    await world.channel.operate({ verb: "redrive", selector: { subscription: "s" }, dryRun: false });
    const { lease, delivery } = await leaseOne(world);
    expect([purposes([delivery]), leasedTypes(lease)]).toEqual([[["reply", 1]], ["r"]]);
  });

  test("[KRP-8] holds its key until it has gone: replies keep the order of their events", async () => {
    const world = await ChannelWorld.with(passing({ delivery: retries(2), ordering: "ordered" }));
    await world.append(["a", "b"]);
    const { delivery } = await leaseOne(world);
    await world.settle(outcomeOf(delivery, unpassed()));
    const { lease, delivery: again } = await leaseOne(world);
    expect(leasedTypes(lease)).toEqual(["r"]);
    await world.settle(outcomeOf(again, ok));
    expect(leasedTypes(await world.lease())).toEqual(["b"]);
  });

  test("[KRP-9] kept by a report from before a crash holds its key too", async () => {
    const world = await ChannelWorld.with(passing({ delivery: retries(2), ordering: "ordered" }));
    await world.append(["a", "b"]);
    const { delivery } = await leaseOne(world);
    world.start();
    await world.settle(outcomeOf(delivery, unpassed()));
    const { lease, delivery: again } = await leaseOne(world);
    expect(leasedTypes(lease)).toEqual(["r"]);
    await world.settle(outcomeOf(again, ok));
    expect(leasedTypes(await world.lease())).toEqual(["b"]);
    expect(await counters(world)).toMatchObject({ delivered: 1, replies: 1 });
  });

  test("[KRP-10] of another attempt ends the delivery if it has gone, and changes nothing if not", async () => {
    const { world, first } = await keeping();
    await world.settle(outcomeOf(first, ok), outcomeOf(first, unpassed("other")));
    const { lease } = await leaseOne(world);
    expect(leasedTypes(lease)).toEqual(["r"]);
    await world.settle(outcomeOf(first, { kind: "delivered", status: 200, replied: true }));
    expect(await counters(world)).toMatchObject({ delivered: 1, replies: 1 });
    await world.advance(60_000);
    expect((await world.lease()).deliveries).toEqual([]);
  });

  test("[KRP-11] without a hop left is dropped and counted, by the courier's word", async () => {
    const { world } = await keeping();
    const { delivery } = await leaseOne(world);
    await world.settle(outcomeOf(delivery, { kind: "delivered", status: 202, hopsExhausted: true }));
    expect(await counters(world)).toMatchObject({ delivered: 1, replies: 0, hopsExhausted: 1 });
  });

  test("[KRP-12] goes to the new target when the configuration changes, and nowhere when it has none", async () => {
    const { world } = await keeping();
    const other = { kind: "url", url: "http://other.example/" } as const;
    const subscriptions = (goal: SubscriptionConfiguration["reply"]) => ({
      subscriptions: [passing({ delivery: retries(2), reply: goal })],
    });
    await world.configure(subscriptions({ kind: "target", target: other }));
    const { lease, delivery } = await leaseOne(world);
    expect(lease.routes[0]?.target).toEqual(other);
    await world.settle(outcomeOf(delivery, failure(503)));
    await world.configure(subscriptions({ kind: "none" }));
    expect((await world.lease()).deliveries).toEqual([]);
    expect(await counters(world)).toMatchObject({ delivered: 1, replies: 0 });
  });

  test("[KRP-13] is not subject to a filter that changes after its event was taken", async () => {
    const { world } = await keeping();
    const filter = { kind: "attributes", attributes: { type: "other" } } as const;
    await world.configure({ subscriptions: [passing({ delivery: retries(2), filter })] });
    expect(leasedTypes(await world.lease())).toEqual(["r"]);
  });

  test("[KRP-16] that fails for good leaves the event to the sink, whatever the filter says by then", async () => {
    const delivery = { ...retries(0), deadLetterSink };
    const world = await ChannelWorld.with(passing({ delivery }));
    await world.append(["a"]);
    const taken = await leaseOne(world);
    const filter = { kind: "attributes", attributes: { type: "other" } } as const;
    await world.configure({ subscriptions: [passing({ delivery, filter })] });
    await world.settle(outcomeOf(taken.delivery, unpassed()));
    const dead = await leaseOne(world);
    expect([purposes([dead.delivery]), leasedTypes(dead.lease)]).toEqual([[["dead-letter", 1]], ["a"]]);
    await world.settle(outcomeOf(dead.delivery, ok));
    expect(await counters(world)).toMatchObject({ delivered: 0, deadLettered: 1, discarded: 0, parked: 0 });
  });

  test("[KRP-17] that fails for good begins a dead letter that no outcome of an earlier one ends", async () => {
    const delivery = { ...retries(0), deadLetterSink };
    const world = await ChannelWorld.with(passing({ delivery }));
    await world.append(["a"]);
    const { delivery: first } = await leaseOne(world);
    // Slow by now, it has a lane of its own.
    const ownLane = { lane: "s" };
    // Its two timeouts and more have passed: it goes to the sink, and then its subscriber has taken it after all.
    await world.advance(120_000);
    const { delivery: earlier } = await leaseOne(world, ownLane);
    await world.settle(outcomeOf(first, unpassed()));
    const { delivery: later } = await leaseOne(world, ownLane);
    expect(purposes([earlier, later])).toEqual([
      ["dead-letter", 1],
      ["dead-letter", 1],
    ]);
    await world.settle(outcomeOf(earlier, failure(400)));
    expect(await counters(world)).toMatchObject({ parked: 0, deadLettered: 0 });
    await world.settle(outcomeOf(later, ok));
    expect(await counters(world)).toMatchObject({ parked: 0, deadLettered: 1 });
  });

  test("[KRP-14] gives its delivery twice the timeout, and has its own once when it is tried again", async () => {
    const world = await ChannelWorld.with(passing({ delivery: retries(3) }));
    await world.append(["a"]);
    await world.lease();
    await world.advance(69_000);
    expect((await world.lease({ lane: "s" })).deliveries).toEqual([]);
    await world.advance(2_000);
    const { delivery } = await leaseOne(world, { lane: "s" });
    expect(purposes([delivery])).toEqual([["deliver", 2]]);
    await world.settle(outcomeOf(delivery, unpassed()));
    await leaseOne(world, { lane: "s" });
    await world.advance(39_000);
    expect((await world.lease({ lane: "s" })).deliveries).toEqual([]);
    await world.advance(2_000);
    expect(purposes((await leaseOne(world, { lane: "s" })).lease.deliveries)).toEqual([["reply", 3]]);
  });

  test("[KRP-15] is counted with what is retrying and shown as what it is", async () => {
    const { world } = await keeping({ delivery: { ...retries(2), backoffPolicy: "linear", backoffDelayMs: 60_000 } });
    await world.advance(30);
    const answer = await world.channel.operate({ verb: "deliveries", selector: { state: ["replying"] }, limit: 9 });
    if (answer.kind !== "ok") throw new Error(JSON.stringify(answer));
    expect(answer.body).toMatchObject({
      items: [{ state: "replying", attempts: 1, lastFailure: { destination: target.url, status: 503 } }],
    });
  });
});
