import { describe, expect, test } from "vitest";
import type { Outcome, SubscriptionConfiguration } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import type { ChannelTrace, Sought, TracedDelivery } from "../../src/core/trace.ts";
import { ChannelWorld, failure, ok, outcomeOf, subscription } from "../kit/channel-world.ts";
import { channelTarget } from "../kit/flow-world.ts";

/** When a world begins. */
const AT = "2027-01-15T08:00:00.000Z";
const START_MS = Date.parse(AT);
const EVENT = { kind: "event", source: "/test", id: "a-0" } as const;
const retries = { ...subscription("s").delivery, retry: 2, backoffPolicy: "linear", backoffDelayMs: 60_000 } as const;

async function traced(world: ChannelWorld, sought: Sought = EVENT): Promise<ChannelTrace> {
  const answer = await world.channel.operate({ verb: "trace", sought });
  if (answer.kind !== "traced") throw new Error(JSON.stringify(answer));
  return answer.trace;
}

/** What the one event found became for the one subscription. */
async function delivery(world: ChannelWorld): Promise<TracedDelivery> {
  const { events } = await traced(world);
  const [found, ...others] = events.flatMap(({ subscriptions }) => subscriptions);
  if (found === undefined || others.length > 0) throw new Error(JSON.stringify(events));
  return found;
}

/** The state without what every delivery has. */
async function state(world: ChannelWorld) {
  const { subscription: _, name, subscriber, filter, attempts, sent, ...rest } = await delivery(world);
  return rest;
}

async function withEvent(...subscriptions: readonly SubscriptionConfiguration[]): Promise<ChannelWorld> {
  const world = await ChannelWorld.with(...subscriptions);
  await world.append(["a"]);
  return world;
}

async function settleNext(world: ChannelWorld, outcome: Outcome, tookMs = 7): Promise<void> {
  const { deliveries } = await world.lease();
  await world.settle(...deliveries.map((each) => outcomeOf(each, outcome, tookMs)));
}

function reply(id: string): Uint8Array {
  const attributes = { specversion: "1.0", id, source: "/s", type: "r" };
  return encodeEvent({ head: { attributes, headers: [], hops: 255 }, data: new Uint8Array(0) });
}

describe("[TRC] what a channel tells of an event", () => {
  test("[TRC-1] where it is in the log, its attributes without its data, and each delivery with its attempts", async () => {
    const world = await withEvent(subscription("s"));
    await settleNext(world, ok);
    expect(await traced(world)).toEqual({
      events: [
        {
          position: "0-1",
          acceptedAt: AT,
          attributes: { id: "a-0", source: "/test", type: "a" },
          subscriptions: [
            {
              subscription: "s",
              name: "s",
              subscriber: "http://s.example/",
              filter: { passes: true },
              state: "delivered",
              attempts: [{ purpose: "deliver", attempt: 1, status: 200, tookMs: 7, at: AT }],
              sent: [],
            },
          ],
        },
      ],
      read: { events: 1, bytes: expect.any(Number) },
      limits: [],
    });
  });

  test("[TRC-2] which clause of the filter rejects it", async () => {
    const filter = { kind: "attributes", attributes: { type: "b" } } as const;
    const found = await delivery(await withEvent(subscription("s", { filter })));
    expect([found.state, found.attempts, found.sent]).toEqual(["rejected", [], []]);
    expect(found.filter).toEqual({
      passes: false,
      rejectedBy: [{ path: "filter.attributes.type", reason: expect.stringContaining("b") }],
    });
  });

  test("[TRC-17] waiting, where its filter cannot be used, and why", async () => {
    const filter = { kind: "filters", filters: [{ kind: "cesql", expression: "NOPE(type)" }] } as const;
    const found = await delivery(await withEvent(subscription("s", { filter, paused: true })));
    expect(found).toMatchObject({
      state: "waiting",
      paused: true,
      filter: { passes: false, rejectedBy: [{ path: "filters[0].cesql" }] },
    });
  });

  test("[TRC-3] waiting, leased, retrying with its time, and parked with its expiry and failure", async () => {
    const world = await withEvent(subscription("s", { delivery: { ...retries, retry: 1 } }));
    const states = [await state(world)];
    const { deliveries } = await world.lease();
    states.push(await state(world));
    await world.settle(...deliveries.map((each) => outcomeOf(each, failure(503))));
    states.push(await state(world));
    await world.advance(60_000);
    await settleNext(world, failure(500));
    states.push(await state(world));
    const lastFailure = (status: number, at: string) => ({
      lastFailure: { destination: "http://s.example/", status, reason: String(status), at },
    });
    const minute = "2027-01-15T08:01:00.000Z";
    expect(states).toEqual([
      { state: "waiting" },
      { state: "leased", purpose: "deliver", attempt: 1, since: AT },
      { state: "retrying", nextAt: minute, ...lastFailure(503, AT) },
      { state: "parked", expiresAt: "2027-01-29T08:01:00.000Z", ...lastFailure(500, minute) },
    ]);
    expect((await delivery(world)).attempts).toEqual([
      { purpose: "deliver", attempt: 1, status: 503, tookMs: 1, at: AT },
      { purpose: "deliver", attempt: 2, status: 500, tookMs: 7, at: minute },
    ]);
  });

  test("[TRC-4] a reply to the same channel has its position there, also after a crash", async () => {
    const world = await withEvent(subscription("s"));
    await settleNext(world, { kind: "delivered", status: 200, reply: reply("r") });
    await world.advance(2_000);
    world.start();
    const found = await delivery(world);
    expect([found.state, found.attempts.map(({ note }) => note)]).toEqual(["delivered", ["reply-appended at 0-2"]]);
    expect(found.sent).toEqual([{ kind: "reply", to: "same-channel", position: "0-2" }]);
    const { events } = await traced(world, { kind: "places", keys: [], positions: ["0-2", "0-9"] });
    expect(events.map(({ position, attributes }) => [position, attributes.id])).toEqual([["0-2", "r"]]);
  });

  test("[TRC-5] a step without a reply ends the flow, and one that is passed on names where, by its key", async () => {
    const target = channelTarget("next");
    const world = await ChannelWorld.with(subscription("s", { reply: { kind: "target", target } }));
    await world.append(["a", "b"]);
    const { deliveries } = await world.lease();
    const outcomes: Outcome[] = [ok, { kind: "delivered", status: 200, replied: true }];
    await world.settle(...deliveries.map((each, index) => outcomeOf(each, outcomes[index] ?? ok)));
    const b = await traced(world, { ...EVENT, id: "b-1" });
    const told = [await delivery(world), ...b.events.flatMap(({ subscriptions }) => subscriptions)];
    expect(told.map(({ state, attempts }) => [state, attempts.map(({ note }) => note)])).toEqual([
      ["delivered", ["no-reply"]],
      ["delivered", ["reply-passed-on"]],
    ]);
    const to = { kind: "reply", to: "channel", channel: "default/channel/next" };
    const key = (seq: number) => `h:default/broker/default:s:1:${seq}:reply`;
    expect(told.map(({ sent }) => sent)).toEqual([
      [{ ...to, keys: [key(1)], isCertain: false }],
      [{ ...to, keys: [key(2)], isCertain: true }],
    ]);
  });

  test("[TRC-6] acts of people: discarded, skipped, and both deliveries of one that was replayed", async () => {
    const world = await withEvent(subscription("s", { delivery: { ...retries, retry: 0 } }));
    await settleNext(world, failure(500));
    await world.channel.operate({ verb: "discard", selector: { subscription: "s" }, dryRun: false });
    const states = [await state(world)];
    const all = { subscription: "s", dryRun: false } as const;
    await world.channel.operate({ verb: "replay", to: { kind: "earliest" }, ...all });
    await settleNext(world, ok);
    states.push(await state(world));
    expect(states).toEqual([{ state: "discarded", because: "by-hand" }, { state: "delivered" }]);
    expect((await delivery(world)).attempts.map(({ status }) => status)).toEqual([500, 200]);
    await world.append(["b"]);
    await world.channel.operate({ verb: "skip", to: { kind: "latest" }, ...all });
    const skipped = await traced(world, { ...EVENT, id: "b-0" });
    expect(skipped.events[0]?.subscriptions[0]).toMatchObject({ state: "discarded", because: "skipped" });
    expect(await state(world)).toEqual({ state: "delivered" });
  });

  test("[TRC-7] an attempt whose lease ran out, and a delivery that the journal does not tell of", async () => {
    const world = await withEvent(subscription("s", { delivery: retries }));
    await world.lease();
    await world.advance(41_000);
    const { attempts } = await delivery(world);
    expect(attempts).toMatchObject([{ attempt: 1, status: null, note: "expired" }]);
    const begunLater = await withEvent();
    await begunLater.configure({ subscriptions: [subscription("s")] });
    expect((await delivery(begunLater)).state).toBe("unknown");
  });

  test("[TRC-8] is found among others, by its id and its source, newest first and within the times", async () => {
    const world = await ChannelWorld.with();
    const post = (attributes: Record<string, string>) => world.append(["t"], { attributes });
    await post({ id: "x", source: "/one" });
    await world.advance(10_000);
    await post({ id: "x", source: "/other" });
    await post({ id: "y", source: "/one", subject: '"id":"x"' });
    await post({ id: "x", source: "/one" });
    await world.advance(10_000);
    const sought = { kind: "event", source: "/one", id: "x" } as const;
    const positions = async (times: object) =>
      (await traced(world, { ...sought, ...times })).events.map(({ position }) => position);
    expect(await positions({})).toEqual(["0-4", "0-1"]);
    expect(await positions({ fromMs: START_MS + 10_000 })).toEqual(["0-4"]);
    expect(await positions({ toMs: START_MS + 9_999 })).toEqual(["0-1"]);
    expect(await positions({ fromMs: START_MS + 1, toMs: START_MS + 9_999 })).toEqual([]);
  });

  test("[TRC-9] says when a limit cut the search short", async () => {
    const world = await withEvent();
    for (let batch = 0; batch < 13; batch++) await world.append(Array.from({ length: 4_000 }, () => "t"));
    const { events, read, limits } = await traced(world);
    expect([events, read.events]).toEqual([[], 52_000]);
    expect(limits).toEqual([
      "only the newest 52000 events of the log were looked at: narrow the search with from and to",
    ]);
    for (let again = 0; again < 12; again++) await world.append(["a"]);
    const often = await traced(world);
    expect([often.events.length, often.limits]).toEqual([
      10,
      ["the newest 10 events with this source and id are shown, there may be others"],
    ]);
  });

  test("[TRC-10] of journal rows of an earlier version as much as they tell", async () => {
    const world = await withEvent(subscription("s"));
    await settleNext(world, ok);
    await world.advance(2_000);
    world.database.exec(`UPDATE journal SET body = '[["s",1,1,"deliver",200,7,${START_MS}]]'`);
    const { attempts, state } = await delivery(world);
    expect([state, attempts]).toEqual([
      "delivered",
      [{ purpose: "deliver", attempt: 1, status: 200, tookMs: 7, at: AT }],
    ]);
  });

  test("[TRC-11] the ends that are rarer: a dead letter, a reply to a URL, a body that is no reply, a filter that changed", async () => {
    const sink = { kind: "url", url: "http://dead.example/" } as const;
    const target = { kind: "url", url: "http://replies.example/" } as const;
    const world = await ChannelWorld.with(
      subscription("dead", { delivery: { ...retries, retry: 0, deadLetterSink: sink } }),
      subscription("filtered", { delivery: retries }),
      subscription("replied", { reply: { kind: "target", target } }),
      subscription("unusable"),
    );
    await world.append(["a"]);
    const { deliveries } = await world.lease();
    const outcomes: Readonly<Record<string, Outcome>> = {
      dead: failure(500),
      filtered: failure(503),
      replied: { kind: "delivered", status: 200, replied: true },
      unusable: { kind: "delivered", status: 200, unusableReply: true },
    };
    await world.settle(...deliveries.map((each) => outcomeOf(each, outcomes[each.token.subscription] ?? ok)));
    await settleNext(world, ok);
    const filter = { kind: "attributes", attributes: { type: "b" } } as const;
    await world.configure({
      subscriptions: [
        subscription("dead", { delivery: { ...retries, retry: 0, deadLetterSink: sink } }),
        subscription("filtered", { delivery: retries, filter }),
        subscription("replied", { reply: { kind: "target", target } }),
        subscription("unusable"),
      ],
    });
    const { events } = await traced(world);
    const told = events.flatMap(({ subscriptions }) => subscriptions);
    expect(told.map(({ name, state, attempts, sent }) => [name, state, attempts.map(noted), sent])).toEqual([
      ["dead", "dead-lettered", ["500", "200"], [{ kind: "dead-letter", to: "url", url: sink.url }]],
      ["filtered", "discarded", ["503"], []],
      ["replied", "delivered", ["200 reply-passed-on"], [{ kind: "reply", to: "url", url: target.url }]],
      ["unusable", "delivered", ["200 unusable-reply"], []],
    ]);
  });

  test("[TRC-12] a parked delivery that expired before its event did", async () => {
    const world = await withEvent(subscription("s", { delivery: { ...retries, retry: 0 } }));
    await world.configure({
      parkedRetentionMs: 60_000,
      subscriptions: [subscription("s", { delivery: { ...retries, retry: 0 } })],
    });
    await settleNext(world, failure(500));
    await world.advance(120_000);
    expect(await state(world)).toEqual({ state: "discarded", because: "parked-too-long" });
  });

  test("[TRC-13] shows subscriptions that the event concerns before others, and so many at most", async () => {
    const filter = { kind: "attributes", attributes: { type: "b" } } as const;
    const others = Array.from({ length: 250 }, (_, index) => subscription(`other-${index}`, { filter }));
    const { events, limits } = await traced(await withEvent(...others, subscription("s")));
    const names = events.flatMap(({ subscriptions }) => subscriptions.map(({ name }) => name));
    expect([names.length, names[0], limits]).toEqual([200, "s", ["only 200 of 251 subscriptions are shown"]]);
  });

  test("[TRC-14] shows the newest attempts of one that was tried often, and how many there were before", async () => {
    const world = await withEvent(subscription("s"));
    await settleNext(world, ok);
    await world.advance(2_000);
    const attempts = Array.from({ length: 60 }, (_, index) => ["s", 1, index + 1, "deliver", 503, 1, START_MS, 1]);
    world.database.prepare("UPDATE journal SET body = ?").run(JSON.stringify(attempts));
    const found = await delivery(world);
    expect([found.earlierAttempts, found.attempts.length, found.attempts.at(-1)?.attempt]).toEqual([10, 50, 60]);
  });

  test("[TRC-15] says when the journal was too long to be read to its end", async () => {
    const world = await withEvent(subscription("s"));
    await settleNext(world, ok);
    await world.advance(2_000);
    const insert = world.database.prepare("INSERT INTO journal (id, body) VALUES (?, '[]')");
    for (let row = 0; row < 5_001; row++) insert.run(START_MS + 10_000 + row);
    const { limits, events } = await traced(world);
    expect([events.length, limits]).toEqual([
      1,
      ["the journal was read up to 2027-01-15T08:00:14.998Z only: later attempts are not shown"],
    ]);
  });

  test("[TRC-16] a verb that the channel does not know is refused, and harms nothing", async () => {
    const world = await withEvent(subscription("s"));
    expect(await world.channel.operate(JSON.parse('{"verb":"foresee"}'))).toEqual({
      kind: "invalid",
      message: "this channel does not know the verb yet",
    });
    expect((await delivery(world)).state).toBe("waiting");
  });
});

function noted({ status, note }: TracedDelivery["attempts"][number]): string {
  return note === undefined ? String(status) : `${status} ${note}`;
}
