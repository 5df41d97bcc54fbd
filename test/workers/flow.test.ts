import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { type ChannelName, parseChannelName } from "../../src/core/channel-name.ts";
import type { ChannelConfiguration, ChannelPort, Target } from "../../src/core/channel-protocol.ts";
import { channelOver } from "../../src/core/channel-rpc.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";

/** Longer than a slow machine takes for a few hops, milliseconds. */
const SOON_MS = 5_000;

function named(name: string): ChannelName {
  const parsed = parseChannelName("flow", "channel", name);
  if (parsed === undefined) throw new Error(`${name} is no name`);
  return parsed;
}

function targetNamed(name: string): Target {
  return { kind: "channel", name: named(name), url: `http://sluice.example/flow/channels/${name}` };
}

/** A channel whose one subscription hands everything over to `next`; without it, one that keeps what comes. */
function handingTo(next: string | undefined, version = 1): ChannelConfiguration {
  const delivery = { retry: 0, backoffMaxMs: 1, timeoutMs: 5_000, retryAfterMaxMs: 0, format: "binary" } as const;
  const subscription = (subscriber: Target) => ({
    uid: "s",
    namespace: "flow",
    name: "s",
    filter: { kind: "everything" } as const,
    subscriber,
    reply: { kind: "none" } as const,
    delivery,
    ordering: "unordered" as const,
    breakerFailures: 20,
    startFrom: { kind: "latest" } as const,
  });
  const subscriptions = next === undefined ? [] : [subscription(targetNamed(next))];
  const retention = { retentionMs: 86_400_000, parkedRetentionMs: 86_400_000 };
  return { uid: "u", version, hash: String(version), ...retention, subscriptions };
}

async function post(name: string, id: string) {
  const attributes = { specversion: "1.0", id, source: "/s", type: "t" };
  const bytes = encodeEvent({ head: { attributes, headers: [], hops: 255 }, data: new Uint8Array(3) });
  return channelOver(env.CHANNEL.getByName(named(name))).append({ bytes, calls: [{ lengths: [bytes.length] }] });
}

async function body(name: string, verb: "log" | "stats") {
  const request = verb === "log" ? { verb, limit: 9 } : { verb };
  const channel: Pick<ChannelPort, "operate"> = env.CHANNEL.getByName(named(name));
  const answer = await channel.operate(request);
  if (answer.kind !== "ok") throw new Error(JSON.stringify(answer));
  return answer.body;
}

describe("channels in the runtime", () => {
  test("[FLR-1] one courier takes an event through all of them, and only the first wakes it", async () => {
    const chain = ["one", "two", "three"];
    for (const [index, name] of chain.entries()) {
      await env.CHANNEL.getByName(named(name)).configure(handingTo(chain[index + 1] ?? "end"));
    }
    await env.CHANNEL.getByName(named("end")).configure(handingTo(undefined));
    await post("one", "e");
    const items = [{ attributes: { id: "e", source: "/s", type: "t", specversion: "1.0" }, dataBytes: 3 }];
    await expect.poll(() => body("end", "log"), { timeout: SOON_MS }).toMatchObject({ items });
    const wakeUps = await Promise.all(chain.map((name) => body(name, "stats")));
    expect(wakeUps.map(({ usage }) => usage)).toMatchObject([
      { directWakeUps: 1, queueMessages: 0 },
      { directWakeUps: 0, queueMessages: 0 },
      { directWakeUps: 0, queueMessages: 0 },
    ]);
  });

  test("[FLR-2] a channel that drains refuses what is new, and goes when it is asked", async () => {
    const stub = env.CHANNEL.getByName(named("step"));
    await stub.configure(handingTo(undefined));
    expect((await post("step", "first")).kind).toBe("accepted");
    await stub.configure({ ...handingTo(undefined, 2), draining: true });
    expect(await post("step", "second")).toEqual({ kind: "not-found" });
    expect(await stub.retire("u", 1)).toEqual({ kind: "outdated", version: 2 });
    expect(await stub.retire("u", 2)).toEqual({ kind: "retired" });
    expect((await stub.operate({ verb: "stats" })).kind).toBe("not-found");
  });
});
