import { describe, expect, test } from "vitest";
import type { AppendAnswer, Outcome } from "../../src/core/channel-protocol.ts";
import { decodeEvent } from "../../src/core/event-codec.ts";
import { CourierWorld, channelName, SOURCE, type Work, work } from "../kit/courier-world.ts";

const BROKER = channelName("default", "broker", "target");
const CHANNEL = channelName("default", "channel", "target");

function toChannel(name = CHANNEL, overrides: Parameters<typeof work>[1] = {}): Work {
  const target = { kind: "channel", name, url: `http://sluice.example/${name}` } as const;
  return work(1, { ...overrides, route: { target, wantsReply: false } });
}

async function handOver(
  delivery: Work,
  answer?: () => AppendAnswer,
): Promise<{ world: CourierWorld; outcome: Outcome }> {
  const world = new CourierWorld();
  if (answer !== undefined) world.appendAnswer = answer;
  world.add(delivery);
  await world.runToEnd();
  const [settlement, ...more] = world.settled;
  if (settlement === undefined || more.length > 0) throw new Error(`${world.settled.length} outcomes`);
  return { world, outcome: settlement.outcome };
}

const failed = (reason: string) => ({ kind: "failed", errorData: btoa(reason), reason });
const wantsCourier = (): AppendAnswer => ({
  kind: "accepted",
  calls: [{ kind: "stored", duplicate: false, position: "0-1" }],
  wantsCourier: true,
});
const accepted = { kind: "delivered", status: 202 };

describe("a hand-over to a channel", () => {
  test("[HND-1] appends the event once per delivery, with one hop less and no HTTP request", async () => {
    const { world, outcome } = await handOver(toChannel());
    expect(outcome).toEqual(accepted);
    expect(world.requests).toEqual([]);
    const [append, ...more] = world.appends;
    if (append === undefined || more.length > 0) throw new Error(`${world.appends.length} appends`);
    const { bytes, calls } = append.request;
    expect([append.target, calls]).toEqual([
      CHANNEL,
      [{ lengths: [bytes.length], key: "h:default/broker/source:s:1:1:deliver" }],
    ]);
    const { head, data } = decodeEvent(bytes);
    expect(head).toEqual({ ...work(1).head, hops: 254 });
    expect(new TextDecoder().decode(data)).toBe("data 1");
  });

  test("[HND-2] tells a Broker when the event arrived, as its ingress would", async () => {
    const { world } = await handOver(toChannel(BROKER));
    const { head } = decodeEvent(world.appends[0]?.request.bytes ?? new Uint8Array(0));
    expect(head.attributes).toEqual({ ...work(1).head.attributes, knativearrivaltime: "2027-01-15T08:00:00.000Z" });
  });

  test("[HND-3] a dead letter has a key of its own and its error extensions", async () => {
    const extensions = { knativeerrorcode: "500" };
    const { world } = await handOver(toChannel(CHANNEL, { purpose: "dead-letter", extensions }));
    const { bytes, calls } = world.appends[0]?.request ?? { bytes: new Uint8Array(0), calls: [] };
    expect(calls.map(({ key }) => key)).toEqual(["h:default/broker/source:s:1:1:dead-letter"]);
    expect(decodeEvent(bytes).head.attributes).toEqual({ ...work(1).head.attributes, ...extensions });
  });

  test.each([
    [1, 0],
    [2, 1],
  ])("[HND-4] an event with %i hops left is appended %i times", async (hops, appends) => {
    const { world, outcome } = await handOver(toChannel(CHANNEL, { head: { ...work(1).head, hops } }));
    expect(world.appends.length).toBe(appends);
    expect(outcome).toEqual(appends === 0 ? { ...accepted, hopsExhausted: true } : accepted);
  });

  test("[HND-5] a channel that does not exist is a 404", async () => {
    const { outcome } = await handOver(toChannel(), () => ({ kind: "not-found" }));
    expect(outcome).toEqual({ ...failed("the channel does not exist"), status: 404 });
  });

  test("[HND-6] a channel that stays full for the whole timeout is a 503 that says when to come again", async () => {
    const { outcome, world } = await handOver(toChannel(), () => ({ kind: "overloaded", retryAfterMs: 1_500 }));
    expect(outcome).toEqual({ ...failed("the channel is full"), status: 503, retryAfterMs: 1_500 });
    expect(world.appends.length).toBe(Math.ceil(work(1).route.timeoutMs / 1_500));
  });

  test("[HND-11] a channel that is full for a moment is asked again, with the same key, in the same attempt", async () => {
    const answers: AppendAnswer[] = [{ kind: "overloaded", retryAfterMs: 1_000 }];
    const { outcome, world } = await handOver(toChannel(), () => answers.shift() ?? wantsCourier());
    expect(outcome).toEqual(accepted);
    const keys = world.appends.map(({ request }) => request.calls[0]?.key);
    expect(keys).toEqual(Array(2).fill("h:default/broker/source:s:1:1:deliver"));
  });

  test("[HND-7] an event that the channel already has is delivered", async () => {
    const calls = [{ kind: "stored" as const, duplicate: true, position: "0-9" }];
    expect((await handOver(toChannel(), () => ({ kind: "accepted", calls }))).outcome).toEqual(accepted);
  });

  test("[HND-8] a channel that cannot be reached is a failed attempt", async () => {
    const { outcome } = await handOver(toChannel(), () => {
      throw new Error("object reset");
    });
    expect(outcome).toEqual(failed("object reset"));
  });

  test("[HND-9] data too large for a lease goes over whole", async () => {
    const parts = ["first ", "second"].map((text) => new TextEncoder().encode(text));
    const { world } = await handOver(toChannel(CHANNEL, { parts }));
    const { data } = decodeEvent(world.appends[0]?.request.bytes ?? new Uint8Array(0));
    expect(new TextDecoder().decode(data)).toBe("first second");
  });

  test("[HND-10] the run goes on in the channels that want a courier, and offers none beyond its limit", async () => {
    const world = new CourierWorld();
    world.appendAnswer = wantsCourier;
    const names = ["a", "b", "c", "d"].map((name) => channelName("default", "channel", name));
    world.add(...names.map((name, index) => ({ ...toChannel(name), seq: index })));
    await world.runToEnd({ maxChannelsServed: 3 });
    expect(world.appends.map(({ request }) => request.offersCourier)).toEqual([true, true, undefined, undefined]);
    expect([...new Set(world.leaseCalls.map(({ channel }) => channel))]).toEqual([SOURCE, ...names.slice(0, 2)]);
    expect(world.leaseCalls.filter(({ channel }) => channel !== SOURCE).map(({ lane }) => lane)).toEqual([
      "shared",
      "shared",
    ]);
  });

  test("[HND-11] a channel on the way that cannot be asked fails no run", async () => {
    const world = new CourierWorld();
    world.appendAnswer = wantsCourier;
    world.beforeLease = ({ channel }) => {
      if (channel === CHANNEL) throw new Error("object reset");
    };
    world.add(toChannel());
    await world.runToEnd();
    expect(world.settled.map(({ outcome }) => outcome)).toEqual([accepted]);
    expect(world.logs).toEqual([
      { event: "courier.failed", channel: CHANNEL, lane: "shared", reason: "Error: object reset" },
    ]);
  });
});
