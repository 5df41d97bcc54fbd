import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ChannelHost } from "../../src/channel/host.ts";
import type { ChannelConfiguration } from "../../src/core/channel-protocol.ts";
import type { SqlStore } from "../../src/core/sql-store.ts";
import { subscription } from "../kit/channel-world.ts";
import { nodeSql } from "../kit/node-sql.ts";
import { VirtualClock } from "../kit/virtual-clock.ts";

const MIGRATION = readFileSync(new URL("../../migrations/channel/0001-channel.sql", import.meta.url), "utf8");

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

class HostWorld {
  readonly clock = new VirtualClock();
  readonly aborts: string[] = [];
  isFull = false;
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
        migrations: [MIGRATION],
        name: () => "default/broker/default",
        sync: async () => {},
        now: () => this.clock.nowMs,
        random: () => 0,
        schedule: this.clock.schedule,
        setAlarm: () => {},
        deleteAlarm: async () => {},
        wake: () => undefined,
        abort: (reason) => this.aborts.push(reason),
        log: () => {},
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
});
