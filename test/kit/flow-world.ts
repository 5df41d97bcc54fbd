/** Channels, the couriers that they wake, and subscribers that a test plays, on one virtual clock. */
import { ChannelHost } from "../../src/channel/host.ts";
import { type ChannelName, parseChannelName } from "../../src/core/channel-name.ts";
import type { ChannelConfiguration, SubscriptionConfiguration, Target } from "../../src/core/channel-protocol.ts";
import { SHARED_LANE } from "../../src/core/channel-protocol.ts";
import { encodeEvent } from "../../src/core/event-codec.ts";
import type { OperatorAnswer } from "../../src/core/operator-protocol.ts";
import { runCourier } from "../../src/courier/run-courier.ts";
import { CHANNEL_MIGRATIONS } from "./channel-migrations.ts";
import { nodeSql } from "./node-sql.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface Call {
  readonly url: string;
  readonly headers: Headers;
}

/** What a subscriber does with an event, by its URL. */
export type Subscriber = (call: Call) => Response | Promise<Response>;

/** A message to a subscriber or another channel takes so long, milliseconds. */
const WAY_MS = 1;

export function channelTarget(name: string): Target & { readonly kind: "channel" } {
  return { kind: "channel", name: nameOf(name), url: `http://sluice.example/default/channels/${name}` };
}

/** A 200 with an event of this id and type. */
export function replyWith(id: string, type = "r"): Response {
  const headers = { "ce-specversion": "1.0", "ce-id": id, "ce-source": "/reply", "ce-type": type };
  return new Response(null, { status: 200, headers });
}

function nameOf(name: string): ChannelName {
  const parsed = parseChannelName("default", "channel", name);
  if (parsed === undefined) throw new Error(`${name} is no name`);
  return parsed;
}

export class FlowWorld {
  readonly clock = new VirtualClock();
  /** Channels that woke a courier, in turn. */
  readonly wakes: string[] = [];
  /** Requests to subscribers, in turn. */
  readonly calls: Call[] = [];
  readonly subscribers = new Map<string, Subscriber>();
  readonly logs: Readonly<Record<string, unknown>>[] = [];
  /** Calls of couriers that handed events over. */
  handOvers = 0;
  /** Couriers at work. */
  runs = 0;
  readonly #hosts = new Map<string, ChannelHost>();
  #version = 0;

  /** Creates the channel, or configures it anew. */
  async configure(
    name: string,
    subscriptions: readonly SubscriptionConfiguration[],
    change: Partial<ChannelConfiguration> = {},
  ): Promise<void> {
    const version = ++this.#version;
    const configuration = { uid: `uid-${name}`, version, hash: String(version), retentionMs: 86_400_000 };
    await this.host(name).configure({ ...configuration, parkedRetentionMs: 86_400_000, subscriptions, ...change });
  }

  host(name: string): ChannelHost {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = this.#newHost(nameOf(name));
    this.#hosts.set(name, host);
    return host;
  }

  /** Posts an event as an ingress does. */
  async post(name: string, id: string, hops = 255): Promise<string> {
    const attributes = { specversion: "1.0", id, source: "/test", type: "t" };
    const bytes = encodeEvent({ head: { attributes, headers: [], hops }, data: new Uint8Array(0) });
    const { kind } = await this.host(name).append({ bytes, calls: [{ lengths: [bytes.length] }] });
    return kind;
  }

  /** Lets everything happen that happens within this time. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10) await this.clock.advance(Math.min(10, left));
  }

  /** Ids of the events that reached the URL, in turn. */
  received(url: string): (string | null)[] {
    return this.calls.filter((call) => call.url === url).map(({ headers }) => headers.get("ce-id"));
  }

  /** Ids of the events in a channel's log. */
  async log(name: string): Promise<unknown[]> {
    const { items } = bodyOf(await this.host(name).operate({ verb: "log", limit: 500 }));
    return (items as { attributes: { id: unknown } }[]).map(({ attributes }) => attributes.id);
  }

  async counters(name: string): Promise<Record<string, number> | undefined> {
    const { subscriptions } = bodyOf(await this.host(name).operate({ verb: "stats" }));
    return (subscriptions as { counters: Record<string, number> }[])[0]?.counters;
  }

  #newHost(name: ChannelName): ChannelHost {
    let cancelAlarm = (): void => {};
    const host: ChannelHost = new ChannelHost(
      {
        migrations: CHANNEL_MIGRATIONS,
        name: () => name,
        sync: async () => {},
        now: () => this.clock.nowMs,
        random: () => 0,
        schedule: this.clock.schedule,
        setAlarm: (atMs) => {
          cancelAlarm();
          cancelAlarm = this.clock.schedule(atMs - this.clock.nowMs, () => void host.alarm());
        },
        deleteAlarm: async () => cancelAlarm(),
        wake: (_, lane) => {
          this.wakes.push(lane === SHARED_LANE ? name : `${name} ${lane}`);
          return this.#run(name, lane);
        },
        abort: (reason) => {
          throw new Error(`${name} aborts: ${reason}`);
        },
        log: (record) => this.logs.push(record),
      },
      nodeSql(),
    );
    return host;
  }

  async #run(channel: ChannelName, lane: string): Promise<void> {
    const host = (name: ChannelName): ChannelHost => this.host(name.split("/")[2] ?? "");
    this.runs++;
    await runCourier(
      {
        lease: (name, request) => host(name).lease(request),
        readPart: (name, blob, part) => host(name).readPart(blob, part),
        appendTo: async (name, request) => {
          this.handOvers++;
          await this.clock.wait(WAY_MS);
          return host(name).append(request);
        },
        fetch: (url, init) => this.#fetch(url, init),
        fixedLength: () => new TransformStream<Uint8Array, Uint8Array>(),
        now: () => this.clock.nowMs,
        schedule: this.clock.schedule,
        log: (record) => this.logs.push(record),
        settings: { window: 8, holdMs: 10_000, budgetMs: 840_000, maxChannelsServed: 32 },
      },
      channel,
      lane,
    );
    this.runs--;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const call = { url, headers: new Headers(init.headers) };
    this.calls.push(call);
    await this.clock.wait(WAY_MS, init.signal);
    return (await this.subscribers.get(url)?.(call)) ?? new Response(null, { status: 202 });
  }
}

function bodyOf(answer: OperatorAnswer): Readonly<Record<string, unknown>> {
  if (answer.kind !== "ok") throw new Error(JSON.stringify(answer));
  return answer.body;
}
