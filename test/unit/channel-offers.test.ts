import { expect, test } from "vitest";
import type { AppendAnswer } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { ChannelWorld, ok, outcomeOf, subscription } from "../kit/channel-world.ts";
import { settled } from "../kit/virtual-clock.ts";

let keys = 0;

/** A courier hands an event over and offers to go on here. */
async function handOver(world: ChannelWorld, offersCourier = true): Promise<AppendAnswer> {
  const attributes = { specversion: "1.0", id: "1", source: "/test", type: "a" };
  const bytes = encodeEvent({ head: { attributes, headers: [], hops: 9 }, data: new Uint8Array(0) });
  const calls = [{ lengths: [bytes.length], key: `h:k${++keys}` }];
  const answer = await world.channel.append({ bytes, calls, ...(offersCourier ? { offersCourier } : {}) });
  await settled();
  return answer;
}

const isWanted = (answer: AppendAnswer) => answer.kind === "accepted" && answer.wantsCourier === true;

test("[OFR-1] a channel with work takes the courier that is offered and wakes none", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  expect([isWanted(await handOver(world)), world.wakes]).toEqual([true, []]);
});

test("[OFR-2] without an offer, or for an event that concerns nobody, it is as ever", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  expect([isWanted(await handOver(world, false)), world.wakes]).toEqual([false, ["shared"]]);
  const quiet = await ChannelWorld.with();
  expect([isWanted(await handOver(quiet)), quiet.wakes]).toEqual([false, []]);
});

test("[OFR-3] a courier that was counted on and does not come is replaced within moments", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  await handOver(world);
  await world.advance(900);
  expect(world.wakes).toEqual([]);
  await world.advance(600);
  expect(world.wakes).toEqual(["shared"]);
});

test("[OFR-4] one that came and found nothing more has gone: what is posted next wakes another at once", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  await handOver(world);
  const { deliveries } = await world.lease();
  await world.settle(...deliveries.map((delivery) => outcomeOf(delivery, ok)));
  const held = world.channel.lease({ lane: "shared", settlements: [], capacity: 9, holdMs: 50 });
  await world.advance(60);
  expect((await held).deliveries).toEqual([]);
  await world.append(["a"]);
  expect(world.wakes).toEqual(["shared"]);
});

test("[OFR-5] while a courier of its own is here, or waits for work, none is wanted", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  await world.append(["a"]);
  expect(world.wakes).toEqual(["shared"]);
  expect(isWanted(await handOver(world))).toBe(false);
  await world.couriersEnd();
  const { deliveries } = await world.lease();
  await world.settle(...deliveries.map((delivery) => outcomeOf(delivery, ok)));
  const held = world.channel.lease({ lane: "shared", settlements: [], capacity: 9, holdMs: 50 });
  expect(isWanted(await handOver(world))).toBe(false);
  expect((await held).deliveries.length).toBe(1);
});

test("[OFR-6] the lane of a slow subscription is none for a courier that passes by", async () => {
  const world = await ChannelWorld.with(subscription("s"));
  await world.append(["a"]);
  const [slow] = (await world.lease()).deliveries;
  if (slow === undefined) throw new Error("nothing leased");
  await world.settle(outcomeOf(slow, ok, 5_000));
  await world.couriersEnd();
  world.wakes.length = 0;
  expect([isWanted(await handOver(world)), world.wakes]).toEqual([false, ["s"]]);
});

test("[OFR-7] one that is here and asks for nothing more is not waited for, however often it offers to come", async () => {
  const world = await ChannelWorld.with(subscription("hanging"), subscription("well"));
  await handOver(world);
  // Its slots are full.
  expect((await world.lease({ capacity: 1 })).deliveries.length).toBe(1);
  for (let step = 0; step < 15; step++) {
    await handOver(world);
    await world.advance(100);
  }
  expect(world.wakes).toContain("shared");
});
