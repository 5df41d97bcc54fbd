import { describe, expect, test } from "vitest";
import { ChannelHost } from "../../src/channel/host.ts";
import type { AppendRequest, ChannelConfiguration } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import type { SqlStore } from "../../src/core/sql-store.ts";
import { CHANNEL_MIGRATIONS } from "../kit/channel-migrations.ts";
import { failure, outcomeOf, subscription } from "../kit/channel-world.ts";
import { nodeSql } from "../kit/node-sql.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

function configuration(version: number, uid: string): ChannelConfiguration {
  return {
    uid,
    version,
    hash: String(version),
    retentionMs: 86_400_000,
    parkedRetentionMs: 86_400_000,
    subscriptions: [subscription("s")],
  };
}

function anEvent(): AppendRequest {
  const attributes = { specversion: "1.0", id: "1", source: "/test", type: "a" };
  const bytes = encodeEvent({ head: { attributes, headers: [], hops: 255 }, data: new Uint8Array(0) });
  return { bytes, calls: [{ lengths: [bytes.length] }] };
}

const LANE = { lane: "shared", holdMs: 0 };

class HostWorld {
  readonly clock = new VirtualClock();
  readonly aborts: string[] = [];
  readonly logs: Readonly<Record<string, unknown>>[] = [];
  isFull = false;
  /** While set, what is written is not yet durable. */
  slowSync: Promise<void> | undefined;
  alarmAtMs: number | undefined;
  readonly sql: SqlStore;

  constructor() {
    const sql = nodeSql();
    this.sql = {
      ...sql,
      transaction: (work) => {
        if (this.isFull) throw new Error("database or disk is full");
        return sql.transaction(work);
      },
    };
  }

  host(): ChannelHost {
    return new ChannelHost(
      {
        migrations: CHANNEL_MIGRATIONS,
        name: () => "default/broker/default",
        sync: async () => this.slowSync,
        now: () => this.clock.nowMs,
        random: () => 0,
        schedule: this.clock.schedule,
        setAlarm: (atMs) => {
          this.alarmAtMs = atMs;
        },
        deleteAlarm: async () => {
          this.alarmAtMs = undefined;
        },
        wake: () => undefined,
        abort: (reason) => this.aborts.push(reason),
        log: (line) => this.logs.push(line),
      },
      this.sql,
    );
  }
}

describe("the host of a channel", () => {
  test("[HST-1] a full disk while another uid takes over restarts the object, which then goes on as it was", async () => {
    const world = new HostWorld();
    const host = world.host();
    await host.configure(configuration(1, "u1"));
    world.isFull = true;
    await expect(host.configure(configuration(2, "u2"))).rejects.toThrow("full");
    expect(world.aborts).toEqual(["database or disk is full"]);
    world.isFull = false;
    expect(await world.host().configure(configuration(1, "u1"))).toEqual({ version: 1, hash: "1", uid: "u1" });
  });

  test("[HST-2] a late push changes nothing, and the removal of another uid neither", async () => {
    const world = new HostWorld();
    const host = world.host();
    await host.configure(configuration(5, "u1"));
    await host.remove("u0", 9);
    expect(await host.configure(configuration(4, "u0"))).toEqual({ version: 5, hash: "5", uid: "u1" });
    await host.remove("u1", 6);
    expect(await host.append({ bytes: new Uint8Array(0), calls: [] })).toEqual({ kind: "not-found" });
  });

  test.each([
    {
      by: "its removal",
      end: (host: ChannelHost) => host.remove("u1", 3),
      stored: { version: 3, hash: "", uid: "u1" },
    },
    {
      by: "another uid",
      end: (host: ChannelHost) => host.configure(configuration(3, "u2")),
      stored: { version: 3, hash: "3", uid: "u2" },
    },
  ])("[HST-3] a push that waits for a commit while the channel ends by $by writes nothing", async ({ end, stored }) => {
    const world = new HostWorld();
    const host = world.host();
    await host.configure(configuration(1, "u1"));
    const commit = Promise.withResolvers<void>();
    world.slowSync = commit.promise;
    // One is being committed, the other waits for the next commit, and the push for both.
    const appends = Promise.allSettled([host.append(anEvent()), host.append(anEvent())]);
    const push = host.configure(configuration(2, "u1"));
    await end(host);
    expect(await push).toEqual(stored);
    expect(await world.host().configure(configuration(2, "u1"))).toEqual(stored);
    commit.resolve();
    expect((await appends).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("[HST-4] an act whose commit the removal of the channel overtakes says that there is no channel", async () => {
    const world = new HostWorld();
    const host = world.host();
    await host.configure(configuration(1, "u1"));
    const commit = Promise.withResolvers<void>();
    world.slowSync = commit.promise;
    const act = host.operate({ verb: "discard", selector: {}, dryRun: false });
    await Promise.resolve();
    await host.remove("u1", 2);
    commit.resolve();
    expect(await act).toEqual({ kind: "not-found", message: "this channel was deleted" });
  });

  test("[HST-5] another uid that takes over does not inherit the alarm", async () => {
    const world = new HostWorld();
    const host = world.host();
    await host.configure(configuration(1, "u1"));
    await host.append(anEvent());
    expect(world.alarmAtMs).toBe(world.clock.nowMs + 5_000);
    await host.configure(configuration(2, "u2"));
    expect(world.alarmAtMs).toBeUndefined();
    await host.append(anEvent());
    expect(world.alarmAtMs).toBe(world.clock.nowMs + 5_000);
  });

  test.each([
    { by: "its removal", end: (host: ChannelHost) => host.remove("u1", 2) },
    { by: "another uid", end: (host: ChannelHost) => host.configure(configuration(2, "u2")) },
  ])("[HST-6] a channel that ends by $by says how many of its deliveries that discards", async ({ end }) => {
    const world = new HostWorld();
    const host = world.host();
    await host.configure(configuration(1, "u1"));
    await host.append(anEvent());
    const [delivery] = (await host.lease({ ...LANE, settlements: [], capacity: 1 })).deliveries;
    if (delivery === undefined) throw new Error("nothing was leased");
    await host.lease({ ...LANE, settlements: [outcomeOf(delivery, failure(400))], capacity: 0 });
    // The commit of a busy channel, which parks it.
    await world.clock.advance(1_000);
    await host.append(anEvent());
    world.logs.length = 0;
    await end(host);
    const wiped = { event: "channel.wiped", channel: "default/broker/default", uid: "u1", unsettled: 1, parked: 1 };
    expect(world.logs).toEqual([wiped]);
  });
});
