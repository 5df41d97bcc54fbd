/** The entry point that channels wake directly, and the same work for a wake-up that came by queue. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ChannelName } from "../core/channel-name.ts";
import type { CourierPort } from "../core/channel-protocol.ts";
import { channelOver } from "../core/channel-rpc.ts";
import type { Env, WakeUp } from "../environment.ts";
import { type ServiceBinding, serviceBinding } from "../platform/service-bindings.ts";
import { settingsOf } from "../platform/settings.ts";
import { schedule } from "../platform/timers.ts";
import { type CourierPorts, runCourier } from "./run-courier.ts";

/** A direct courier lets the channel hold its lease calls open this long while deliveries are out, milliseconds. */
const HOLD_MS = 10_000;
/** A queue consumer may run 15 minutes; a direct one is bounded alike, so that deploys come through, milliseconds. */
const BUDGET_MS = 14 * 60_000;
/** Channels that one run serves on its way through a flow. */
const CHANNELS_SERVED = 32;

export class Courier extends WorkerEntrypoint<Env> implements CourierPort {
  /** Ends when nothing is left to deliver; rejects only when the channel could not be reached. */
  async run(channel: ChannelName, lane: string): Promise<void> {
    await runCourier(ports(this.env, HOLD_MS), channel, lane);
  }
}

/** A queue consumer's waiting is free, the channel's is not: its lease calls are not held. */
export async function serveWakeUp(env: Env, wakeUp: WakeUp): Promise<void> {
  await runCourier(ports(env, 0), wakeUp.channel as ChannelName, wakeUp.lane);
}

function fetchThrough(env: Env, binding: string): ServiceBinding["fetch"] {
  const bound = serviceBinding(env, binding);
  if (bound === undefined) return async () => Promise.reject(new Error(`there is no service binding ${binding}`));
  return (url, init) => bound.fetch(url, init);
}

function ports(env: Env, holdMs: number): CourierPorts {
  const channel = (name: ChannelName) => channelOver(env.CHANNEL.getByName(name));
  return {
    lease: (name, request) => channel(name).lease(request),
    readPart: (name, blob, part) => channel(name).readPart(blob, part),
    appendTo: (name, request) => channel(name).append(request),
    fetch: (url, init, binding) => (binding === undefined ? fetch(url, init) : fetchThrough(env, binding)(url, init)),
    fixedLength: (bytes) => new FixedLengthStream(bytes),
    now: () => Date.now(),
    schedule,
    log: (record) => console.log(JSON.stringify(record)),
    settings: {
      window: settingsOf(env).courierWindow,
      holdMs,
      budgetMs: BUDGET_MS,
      maxChannelsServed: CHANNELS_SERVED,
    },
  };
}
