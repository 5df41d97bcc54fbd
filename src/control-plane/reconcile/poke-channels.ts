/** Makes channels look whether they have work, from time to time: a stuck alarm is not the end. */
import type { ChannelName } from "../../core/channel-name.ts";
import type { KnownChannel, KnownChannels } from "../store/known-channels.ts";
import { inGroups } from "./in-groups.ts";
import { Patience } from "./patience.ts";

export interface PokePorts {
  readonly channels: KnownChannels;
  readonly now: () => number;
  /** Must end within a bounded time, by failing if need be. Failures are of no interest. */
  readonly poke: (name: ChannelName) => Promise<void>;
}

/** How often channels are poked where no cron does it, and how often the cron of `wrangler.toml` comes. */
const POKE_EVERY_MS = 300_000;

export class ChannelPokes {
  readonly #ports: PokePorts;
  #nextMs = 0;
  /** Not called the last time, as there was no patience left. */
  #putOff: ChannelName[] = [];

  constructor(ports: PokePorts) {
    this.#ports = ports;
  }

  /**
   * A cron comes as often as our own pokes would, so these wait for twice as long after it: they stay out while it comes,
   * and begin again where it stops.
   */
  async forCron(): Promise<void> {
    this.#nextMs = this.#ports.now() + 2 * POKE_EVERY_MS;
    await this.#pokeAll();
  }

  async whenDue(): Promise<void> {
    const nowMs = this.#ports.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + POKE_EVERY_MS;
    await this.#pokeAll();
  }

  /** Without channels there is nothing to poke, and nothing to pay. */
  nextDueMs(): number | undefined {
    return this.#ports.channels.all().length === 0 ? undefined : this.#nextMs;
  }

  async #pokeAll(): Promise<void> {
    const { now, poke } = this.#ports;
    const order = this.#inOrder();
    const patience = new Patience(now);
    this.#putOff = [];
    await inGroups(order, async ({ name, namespace }) => {
      if (!patience.isLeft(namespace)) this.#putOff.push(name);
      else
        await patience.spend(
          namespace,
          () => isReached(poke(name)),
          (isReached) => !isReached,
        );
    });
  }

  /** Who was put off the last time comes first, in the order of that time. */
  #inOrder(): readonly KnownChannel[] {
    const known = this.#ports.channels.all().filter((channel) => !channel.removing);
    const waiting = new Map(this.#putOff.map((name, position) => [name, position]));
    const place = ({ name }: KnownChannel) => waiting.get(name) ?? waiting.size;
    return known.sort((a, b) => place(a) - place(b));
  }
}

function isReached(call: Promise<void>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}
