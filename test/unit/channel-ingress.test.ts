import { describe, expect, test } from "vitest";
import type { AppendCall, ChannelIngress } from "../../src/core/channel-protocol.ts";
import { concatBytes, encodeEvent } from "../../src/core/event-codec.ts";
import { ChannelWorld, leasedTypes, subscription } from "../kit/channel-world.ts";
import { settled } from "../kit/virtual-clock.ts";

const REFUSED = { kind: "refused", why: "caller" };
const NOT_TOLD = { kind: "refused", why: "not-told" };
const stored = (position: string) => ({ kind: "stored", duplicate: false, position });

async function guarded(ingress?: ChannelIngress): Promise<ChannelWorld> {
  const world = await ChannelWorld.with(subscription("s"));
  if (ingress !== undefined) await world.configure({ ingress });
  return world;
}

/** One group of calls, each with an event of its caller's name. */
async function append(world: ChannelWorld, ...callers: readonly (Partial<AppendCall> & { readonly type: string })[]) {
  const events = callers.map(({ type }) =>
    encodeEvent({
      head: { attributes: { specversion: "1.0", id: type, source: "/test", type }, headers: [], hops: 255 },
      data: new Uint8Array(0),
    }),
  );
  const calls = callers.map(({ type: _, ...call }, index) => ({ lengths: [events[index]?.length ?? 0], ...call }));
  const answer = await world.channel.append({ bytes: concatBytes(events), calls });
  await settled();
  return answer;
}

const tokens = (...digests: string[]): ChannelIngress => ({ kind: "tokens", digests });

describe("[ING-T] who may post to a channel", () => {
  test("[ING-T-5] a call without leave is refused, its neighbours in the group are stored", async () => {
    const world = await guarded(tokens("d1", "d2"));
    const answer = await append(
      world,
      { type: "stranger", caller: "d3" },
      { type: "first", caller: "d1" },
      { type: "nobody", caller: "" },
      { type: "trusted" },
      { type: "second", caller: "d2" },
    );
    expect(answer).toEqual({
      kind: "accepted",
      calls: [REFUSED, stored("0-1"), REFUSED, stored("0-2"), stored("0-3")],
    });
    expect(leasedTypes(await world.lease())).toEqual(["first", "trusted", "second"]);
  });

  test("[ING-T-5] a call without events only learns whether it may post", async () => {
    const world = await guarded(tokens("d1"));
    const calls = [
      { lengths: [], caller: "d1" },
      { lengths: [], caller: "d2" },
    ];
    expect(await world.channel.append({ bytes: new Uint8Array(0), calls })).toEqual({
      kind: "accepted",
      calls: [stored(""), REFUSED],
    });
    expect(await append(world, { type: "first", caller: "d1" })).toEqual({ kind: "accepted", calls: [stored("0-1")] });
    expect(leasedTypes(await world.lease())).toEqual(["first"]);
  });

  test("[ING-T-5] a refused call leaves no key behind", async () => {
    const world = await guarded(tokens("d1"));
    expect(await append(world, { type: "a", caller: "d3", key: "p:k" })).toEqual({
      kind: "accepted",
      calls: [REFUSED],
    });
    expect(await append(world, { type: "a", caller: "d1", key: "p:k" })).toEqual({
      kind: "accepted",
      calls: [stored("0-1")],
    });
  });

  test("[ING-T-6] a flood of strangers writes nothing", async () => {
    const world = await guarded(tokens("d1"));
    const changes = () => world.database.prepare("SELECT total_changes() AS n").get();
    const before = changes();
    for (let time = 0; time < 100; time++) await append(world, { type: "a", caller: "d3" }, { type: "b", caller: "" });
    expect(changes()).toEqual(before);
  });

  test("[ING-T-7] a public channel takes everyone; one that was told nothing takes only those who need no leave", async () => {
    const everyone = [{ type: "a", caller: "" }, { type: "b", caller: "d1" }, { type: "c" }];
    expect(await append(await guarded({ kind: "public" }), ...everyone)).toEqual({
      kind: "accepted",
      calls: [stored("0-1"), stored("0-2"), stored("0-3")],
    });
    expect(await append(await guarded(), ...everyone)).toEqual({
      kind: "accepted",
      calls: [NOT_TOLD, NOT_TOLD, stored("0-1")],
    });
  });

  test("[ING-T-8] a token that is gone is refused from the push on, and a restart forgets nothing", async () => {
    const world = await guarded(tokens("d1", "d2"));
    await world.configure({ ingress: tokens("d2") });
    const both = [
      { type: "a", caller: "d1" },
      { type: "b", caller: "d2" },
    ];
    expect(await append(world, ...both)).toEqual({ kind: "accepted", calls: [REFUSED, stored("0-1")] });
    world.start();
    expect(await append(world, ...both)).toEqual({ kind: "accepted", calls: [REFUSED, stored("0-2")] });
  });
});
