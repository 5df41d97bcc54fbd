import { describe, expect, test } from "vitest";
import type { AppendAnswer, AppendRequest } from "../../src/core/channel-protocol.ts";
import { HandOvers } from "../../src/courier/hand-overs.ts";
import { channelName } from "../kit/courier-world.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

const CHANNEL = channelName("default", "channel", "next");
const ACCEPTED: AppendAnswer = { kind: "accepted", calls: [] };

interface OpenCall {
  readonly request: AppendRequest;
  readonly answer: (answer: AppendAnswer) => void;
  readonly fail: (error: Error) => void;
}

/** Hand-overs whose calls a test answers. */
class HandOverWorld {
  readonly clock = new VirtualClock();
  readonly calls: OpenCall[] = [];
  readonly answered: boolean[] = [];
  mayVisit = false;
  readonly handOvers = new HandOvers(
    {
      appendTo: (_, request) =>
        new Promise((answer, fail) => {
          this.calls.push({ request, answer, fail });
        }),
      schedule: this.clock.schedule,
    },
    { offer: () => this.mayVisit, answered: (_, isWanted) => this.answered.push(isWanted) },
  );

  append(number: number, bytes = 1) {
    return this.handOvers.append(CHANNEL, new Uint8Array(bytes).fill(number), `h:${number}`);
  }

  keys(call: number): (string | undefined)[] | undefined {
    return this.calls[call]?.request.calls.map(({ key }) => key);
  }
}

describe("hand-overs of a run", () => {
  test("[HOV-1] go at once, and those that follow within moments go together", async () => {
    const world = new HandOverWorld();
    const first = world.append(1);
    const others = [world.append(2, 2), world.append(3)];
    expect([world.calls.length, world.keys(0)]).toEqual([1, ["h:1"]]);
    world.calls[0]?.answer(ACCEPTED);
    expect(await first).toEqual({ kind: "accepted" });
    await world.clock.advance(19);
    expect(world.calls.length).toBe(1);
    await world.clock.advance(1);
    expect(world.calls[1]?.request).toEqual({
      bytes: Uint8Array.of(2, 2, 3),
      calls: [
        { lengths: [2], key: "h:2" },
        { lengths: [1], key: "h:3" },
      ],
    });
    world.calls[1]?.answer({ kind: "overloaded", retryAfterMs: 7 });
    expect(await Promise.all(others)).toEqual(Array(2).fill({ kind: "overloaded", retryAfterMs: 7 }));
  });

  test("[HOV-2] that could not be made fail alone, and the next ones are made", async () => {
    const world = new HandOverWorld();
    const first = world.append(1);
    const second = world.append(2);
    world.calls[0]?.fail(new Error("object reset"));
    await expect(first).rejects.toThrow("object reset");
    await world.clock.advance(20);
    world.calls[1]?.answer({ kind: "not-found" });
    expect(await second).toEqual({ kind: "not-found" });
  });

  test("[HOV-3] do not wait for a call that is not answered, and one that comes later goes at once", async () => {
    const world = new HandOverWorld();
    void world.append(1);
    void world.append(2);
    await world.clock.advance(20);
    expect(world.keys(1)).toEqual(["h:2"]);
    await world.clock.advance(20);
    void world.append(3);
    expect(world.keys(2)).toEqual(["h:3"]);
  });

  test("[HOV-4] go in calls of 4 MB, and an event of more alone", async () => {
    const world = new HandOverWorld();
    void world.append(0);
    for (const [number, megabytes] of [3, 1, 1, 9, 1].entries()) void world.append(number + 1, megabytes * 1_000_000);
    await world.clock.advance(100);
    const keys = world.calls.map((_, call) => world.keys(call));
    expect(keys).toEqual([["h:0"], ["h:1", "h:2"], ["h:3"], ["h:4"], ["h:5"]]);
  });

  test("[HOV-5] offer the run's courier where it may go, and tell the run what became of each offer", async () => {
    const world = new HandOverWorld();
    world.mayVisit = true;
    const answers: readonly ((call: OpenCall) => void)[] = [
      ({ answer }) => answer({ ...ACCEPTED, wantsCourier: true }),
      ({ answer }) => answer(ACCEPTED),
      ({ answer }) => answer({ kind: "not-found" }),
      ({ fail }) => fail(new Error("object reset")),
    ];
    for (const answer of answers) {
      const handedOver = world.append(1).catch(() => {});
      const call = world.calls.at(-1);
      if (call === undefined) throw new Error("no call was made");
      expect(call.request.offersCourier).toBe(true);
      answer(call);
      await handedOver;
      await world.clock.advance(20);
    }
    expect(world.answered).toEqual([true, false, false, false]);
  });
});
