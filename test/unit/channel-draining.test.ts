import { describe, expect, test } from "vitest";
import { ChannelHost } from "../../src/channel/host.ts";
import type { AppendRequest, ChannelConfiguration, Outcome } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import { CHANNEL_MIGRATIONS } from "../kit/channel-migrations.ts";
import { failure, ok, outcomeOf, subscription } from "../kit/channel-world.ts";
import { nodeSql } from "../kit/node-sql.ts";
import { settled, VirtualClock } from "../kit/virtual-clock.ts";

const RETIRED = { kind: "retired" };

function anEvent(id: string, key?: string): AppendRequest {
  const attributes = { specversion: "1.0", id, source: "/test", type: "a" };
  const bytes = encodeEvent({ head: { attributes, headers: [], hops: 255 }, data: new Uint8Array(0) });
  return { bytes, calls: [{ lengths: [bytes.length], ...(key === undefined ? {} : { key }) }] };
}

class DrainingWorld {
  readonly clock = new VirtualClock();
  readonly host: ChannelHost;
  #version = 0;

  constructor() {
    this.host = new ChannelHost(
      {
        migrations: CHANNEL_MIGRATIONS,
        name: () => "default/channel/step",
        sync: async () => {},
        now: () => this.clock.nowMs,
        random: () => 0,
        schedule: this.clock.schedule,
        setAlarm: () => {},
        deleteAlarm: async () => {},
        wake: () => undefined,
        abort: (reason) => {
          throw new Error(reason);
        },
        log: () => {},
      },
      nodeSql(),
    );
  }

  async configure(change: Partial<ChannelConfiguration> = {}): Promise<number> {
    const version = ++this.#version;
    const retention = { retentionMs: 86_400_000, parkedRetentionMs: 86_400_000 };
    const subscriptions = [subscription("s")];
    await this.host.configure({ uid: "u", version, hash: String(version), ...retention, subscriptions, ...change });
    return version;
  }

  async lease() {
    const { deliveries } = await this.host.lease({ lane: "shared", settlements: [], capacity: 9, holdMs: 0 });
    return deliveries;
  }

  async settleAll(outcome: Outcome): Promise<void> {
    const settlements = (await this.lease()).map((delivery) => outcomeOf(delivery, outcome));
    await this.host.lease({ lane: "shared", settlements, capacity: 0, holdMs: 0 });
    await settled();
  }
}

/** A channel with one event, told to drain. */
async function draining(): Promise<DrainingWorld> {
  const world = new DrainingWorld();
  await world.configure();
  await world.host.append(anEvent("first"));
  await world.configure({ draining: true });
  return world;
}

describe("a channel that drains", () => {
  test("[DRN-1] takes nothing from producers, with or without a key, and what other channels hand over", async () => {
    const { host } = await draining();
    expect(await host.append(anEvent("new"))).toEqual({ kind: "not-found" });
    expect(await host.append(anEvent("keyed", "p:key"))).toEqual({ kind: "not-found" });
    const handedOver = await host.append(anEvent("old", "h:default/channel/before:s:1:7:reply"));
    expect(handedOver).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-2" }] });
  });

  test("[DRN-2] stays until all that it took is settled, and says how much is left", async () => {
    const world = await draining();
    expect(await world.host.retire("u", 2)).toEqual({ kind: "draining", unsettled: 1, parked: 0 });
    await world.settleAll(ok);
    await world.clock.advance(30);
    expect(await world.host.retire("u", 2)).toEqual(RETIRED);
    expect(await world.host.append(anEvent("late", "h:default/channel/before:s:1:8:reply"))).toEqual({
      kind: "not-found",
    });
  });

  test("[DRN-3] stays while deliveries are parked, which a person decides", async () => {
    const world = await draining();
    await world.settleAll(failure(400));
    await world.clock.advance(30);
    expect(await world.host.retire("u", 2)).toEqual({ kind: "draining", unsettled: 0, parked: 1 });
    await world.host.operate({ verb: "discard", selector: { subscription: "s" }, dryRun: false });
    expect(await world.host.retire("u", 2)).toEqual(RETIRED);
  });

  test("[DRN-4] stays while it keeps a reply, and while an outcome waits for its commit", async () => {
    const world = new DrainingWorld();
    const reply = { kind: "target", target: { kind: "url", url: "http://replies.example/" } } as const;
    const delivery = { ...subscription("s").delivery, retry: 1 };
    const subscriptions = [subscription("s", { reply, delivery })];
    await world.configure({ subscriptions });
    await world.host.append(anEvent("first"));
    await world.configure({ draining: true, subscriptions });
    const refused = { kind: "failed", status: 503, errorData: "", reason: "503" } as const;
    const { bytes } = anEvent("reply");
    await world.settleAll({ kind: "delivered", status: 200, reply: bytes, replyFailure: refused });
    expect(await world.host.retire("u", 2)).toEqual({ kind: "draining", unsettled: 1, parked: 0 });
    const settlements = (await world.lease()).map((each) => outcomeOf(each, ok));
    await world.host.lease({ lane: "shared", settlements, capacity: 0, holdMs: 0 });
    expect(await world.host.retire("u", 2)).toEqual({ kind: "draining", unsettled: 1, parked: 0 });
    await world.clock.advance(30);
    expect(await world.host.retire("u", 2)).toEqual(RETIRED);
  });

  test("[DRN-5] stays when it is wanted again: a configuration that is newer than the retirement", async () => {
    const world = await draining();
    await world.settleAll(ok);
    await world.clock.advance(30);
    await world.configure();
    expect(await world.host.retire("u", 2)).toEqual({ kind: "outdated", version: 3 });
    expect(await world.host.append(anEvent("new"))).toMatchObject({ kind: "accepted" });
  });

  test("[DRN-6] that is gone, or another's, or never was is retired whenever it is asked", async () => {
    const world = new DrainingWorld();
    expect(await world.host.retire("u", 1)).toEqual(RETIRED);
    await world.configure();
    expect(await world.host.retire("other", 1)).toEqual(RETIRED);
    expect(await world.host.append(anEvent("first"))).toMatchObject({ kind: "accepted" });
    await world.settleAll(ok);
    await world.clock.advance(30);
    expect([await world.host.retire("u", 1), await world.host.retire("u", 1)]).toEqual([RETIRED, RETIRED]);
  });

  test("[DRN-7] leaves a tombstone against pushes up to its version", async () => {
    const world = await draining();
    await world.settleAll(ok);
    await world.clock.advance(30);
    await world.host.retire("u", 9);
    expect(await world.host.configure(late(5))).toMatchObject({ version: 9 });
    expect(await world.host.append(anEvent("new"))).toEqual({ kind: "not-found" });
    await world.host.configure(late(10));
    expect(await world.host.append(anEvent("new"))).toMatchObject({ kind: "accepted" });
  });
});

function late(version: number): ChannelConfiguration {
  const retention = { retentionMs: 86_400_000, parkedRetentionMs: 86_400_000 };
  return { uid: "u", version, hash: String(version), ...retention, subscriptions: [] };
}
