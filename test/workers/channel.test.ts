import { env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { newUsage, type Usage } from "../../src/channel/usage.ts";
import type { ChannelConfiguration, ChannelPort } from "../../src/core/channel-protocol.ts";
import { channelOver } from "../../src/core/channel-rpc.ts";
import { concatBytes, encodeEvent } from "../../src/core/event-codec.ts";

const DAY_MS = 86_400_000;
/** Many more than one retention pass looks at. */
const LONG_LOG_SEGMENTS = 600;

function configuration(version: number, uid = "u1"): ChannelConfiguration {
  return {
    uid,
    version,
    hash: `h${version}`,
    retentionMs: 86_400_000,
    parkedRetentionMs: 86_400_000,
    subscriptions: [
      {
        uid: `${uid}-s`,
        namespace: "default",
        name: "s",
        filter: { kind: "everything" },
        subscriber: { kind: "url", url: "http://127.0.0.1:1/" },
        reply: { kind: "channel-itself" },
        // Paused, so that no courier comes between the test and the object.
        paused: true,
        delivery: { retry: 0, backoffMaxMs: 1, timeoutMs: 1_000, retryAfterMaxMs: 0, format: "binary" },
        ordering: "unordered",
        breakerFailures: 20,
        startFrom: { kind: "latest" },
      },
    ],
  };
}

function request(...sizes: readonly number[]) {
  const events = sizes.map((size, index) =>
    encodeEvent({
      head: { attributes: { specversion: "1.0", id: String(index), source: "/s", type: "t" }, headers: [], hops: 255 },
      data: new Uint8Array(size).fill(index + 1),
    }),
  );
  return { bytes: concatBytes(events), calls: [{ lengths: events.map((event) => event.length) }] };
}

function channelNamed(name: string): ChannelPort {
  const stub = env.CHANNEL.getByName(name);
  return {
    ...channelOver(stub),
    configure: (wanted) => stub.configure(wanted),
    remove: (uid, version) => stub.remove(uid, version),
    retire: (uid, version) => stub.retire(uid, version),
    operate: (verb) => stub.operate(verb),
  };
}

describe("a channel object", () => {
  test("[OBJ-1] that was never configured writes nothing and answers not-found", async () => {
    const channel = channelNamed("default/broker/never");
    expect(await channel.append(request(10))).toEqual({ kind: "not-found" });
    const stub = env.CHANNEL.getByName("default/broker/never");
    const tables = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  test("[OBJ-2] keeps events, small and chunked, byte for byte and in order", async () => {
    const channel = channelNamed("default/broker/keeps");
    await channel.configure(configuration(1));
    const answer = await channel.append(request(10, 2_500_000, 20));
    expect(answer).toEqual({ kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-1" }] });
    const log = await channel.operate({ verb: "log", limit: 10 });
    expect(log).toMatchObject({
      kind: "ok",
      body: { items: [{ dataBytes: 10 }, { dataBytes: 2_500_000 }, { dataBytes: 20 }] },
    });
    const part = await channel.readPart(1, 2);
    expect(part).toEqual(new Uint8Array(500_000).fill(2));
  });

  test("[OBJ-3] ignores a late configuration and names the stored one", async () => {
    const channel = channelNamed("default/broker/late");
    await channel.configure(configuration(5));
    expect(await channel.configure(configuration(4))).toEqual({ version: 5, hash: "h5", uid: "u1" });
  });

  test("[OBJ-4] another uid wipes what the name held before", async () => {
    const channel = channelNamed("default/broker/again");
    await channel.configure(configuration(1));
    await channel.append(request(10));
    await channel.configure(configuration(2, "u2"));
    expect(await channel.operate({ verb: "log", limit: 10 })).toMatchObject({ kind: "ok", body: { items: [] } });
  });

  test("[OBJ-5] a deleted channel answers not-found, and a late push does not bring it back", async () => {
    const channel = channelNamed("default/broker/deleted");
    await channel.configure(configuration(1));
    await channel.remove("u1", 3);
    expect(await channel.append(request(10))).toEqual({ kind: "not-found" });
    await channel.configure(configuration(2));
    expect(await channel.append(request(10))).toEqual({ kind: "not-found" });
    await channel.configure(configuration(4));
    expect((await channel.append(request(10))).kind).toBe("accepted");
  });

  test("[OBJ-6] cuts one commit into rows under the 2 MB that Cloudflare stores", async () => {
    const stub = env.CHANNEL.getByName("default/broker/limit");
    await stub.configure(configuration(1));
    const rows = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec<{ n: number }>("SELECT MAX(LENGTH(body)) AS n FROM segment").toArray(),
    );
    expect(rows).toEqual([{ n: null }]);
    await channelOver(stub).append(request(...Array.from({ length: 40 }, () => 90_000)));
    const [largest] = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec<{ n: number }>("SELECT MAX(LENGTH(body)) AS n FROM segment").toArray(),
    );
    expect(largest?.n).toBeLessThan(1_900_000);
    expect(largest?.n).toBeGreaterThan(1_000_000);
  });

  test("[OBJ-7] stats tell what the object is billed for", async () => {
    const channel = channelNamed("default/broker/usage");
    await channel.configure(configuration(1));
    const usage = async () => {
      const answer = await channel.operate({ verb: "stats" });
      return answer.kind === "ok" ? (answer.body.usage as Usage) : newUsage(0);
    };
    const before = await usage();
    await channel.append(request(10, 20));
    await channel.append(request(10));
    const after = await usage();
    expect({
      requests: after.requests,
      rowsWritten: after.rowsWritten - before.rowsWritten,
      alarmsSet: after.alarmsSet - before.alarmsSet,
      queueMessages: after.queueMessages,
    }).toEqual({
      requests: { append: 2, lease: 0, readPart: 0, configure: 1, remove: 0, retire: 0, operate: 2, poke: 0, alarm: 0 },
      // One segment each; the alarm of the first is early enough for the second.
      rowsWritten: 2,
      alarmsSet: 1,
      queueMessages: 0,
    });
  });

  test.each([
    ["all of it readable", 0],
    ["most of it kept for its keys alone", LONG_LOG_SEGMENTS - 50],
  ])("[OBJ-8] letting go of one expired segment does not read the whole log: %s", async (_, stripped) => {
    const name = `default/broker/retention-${stripped}`;
    const stub = env.CHANNEL.getByName(name);
    const channel = channelNamed(name);
    const alone = { ...configuration(1), subscriptions: [] };
    await channel.configure(alone);
    for (let segment = 1; segment <= LONG_LOG_SEGMENTS; segment++) {
      const { bytes, calls } = request(1);
      await channel.append({ bytes, calls: calls.map((call) => ({ ...call, key: `p:${segment}` })) });
    }
    await runInDurableObject(stub, (_, state) => {
      const aged = "UPDATE segment SET accepted_at = accepted_at - ? WHERE first_seq <= ?";
      state.storage.sql.exec(aged, 2 * DAY_MS, stripped + 1);
      state.storage.sql.exec("UPDATE segment SET body = x'', ends = x'' WHERE first_seq <= ?", stripped);
    });
    const rowsRead = async () => {
      const answer = await channel.operate({ verb: "stats" });
      return answer.kind === "ok" ? (answer.body.usage as Usage).rowsRead : Number.NaN;
    };
    // Reads again what is due, and arms the alarm for it.
    await channel.configure({ ...alone, version: 2, hash: "h2" });
    const before = await rowsRead();
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const after = await rowsRead();
    const oldest = await channel.operate({ verb: "stats" });
    const position = (stripped + 2).toString(36);
    expect(oldest).toMatchObject({ kind: "ok", body: { oldest: `0-${position}` } });
    // 256 rows of each kind that may be due, and a few look-ups.
    expect(after - before).toBeLessThan(stripped === 0 ? 350 : 2 * 256 + 100);
  });
});
