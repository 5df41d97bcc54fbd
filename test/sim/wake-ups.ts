/**
 * How couriers come to a channel: by a call that is held open while they run, or by a queue message that may be lost,
 * doubled, late, and comes again when its courier fails.
 */
import type { ChannelName } from "../../src/core/channel-name.ts";
import { SHARED_LANE } from "../../src/core/channel-protocol.ts";
import type { World } from "./world.ts";

export type WakeMode = "direct" | "auto" | "queue";

/** A message is delivered to a consumer within this time, milliseconds. */
const QUEUE_MS = 300;
const LATE_MS = 60_000;
/** A message whose consumer failed comes again after this, milliseconds. */
const REDELIVERY_MS = 10_000;
const MOST_DELIVERIES = 3;
/** A direct courier's lease calls may be held this long, milliseconds. */
const HOLD_MS = 10_000;

export class WakeUps {
  readonly #world: World;
  readonly #mode: WakeMode;
  /** Messages of an earlier process are not there any more: local queues live in memory. */
  #process = 0;

  constructor(world: World, mode: WakeMode) {
    this.#world = world;
    this.#mode = mode;
  }

  /** `sent` resolves when the wake-up leaves the object, to false if the object ended before. */
  wake(channel: ChannelName, lane: string, sent: Promise<boolean>): Promise<void> | undefined {
    this.#world.trace.note("wake", channel, lane);
    const isDirect = this.#mode === "direct" || (this.#mode === "auto" && lane === SHARED_LANE);
    if (isDirect) return sent.then((isSent) => (isSent ? this.#direct(channel, lane) : new Promise<void>(() => {})));
    void sent.then((isSent) => {
      if (isSent) this.#send(channel, lane);
    });
    return undefined;
  }

  /** The process ended, and its queue with it. */
  forget(): void {
    this.#process++;
  }

  #direct(channel: ChannelName, lane: string): Promise<void> {
    const { random, weather, network, couriers } = this.#world;
    if (random.perMille(weather.refusedWakes)) return Promise.reject(new Error("the wake-up was refused"));
    return network.call(() => couriers.run({ channel, lane, holdMs: HOLD_MS }));
  }

  #send(channel: ChannelName, lane: string): void {
    const { random, weather } = this.#world;
    if (random.perMille(weather.lostMessages)) return;
    const copies = random.perMille(weather.doubledMessages) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const isLate = random.perMille(weather.lateMessages);
      this.#deliver(channel, lane, { delayMs: random.between(1, isLate ? LATE_MS : QUEUE_MS), times: 1 });
    }
  }

  #deliver(channel: ChannelName, lane: string, delivery: { readonly delayMs: number; readonly times: number }): void {
    const { clock, couriers } = this.#world;
    const process = this.#process;
    clock.schedule(delivery.delayMs, () => {
      if (process !== this.#process) return;
      couriers.run({ channel, lane, holdMs: 0 }).catch(() => {
        const times = delivery.times + 1;
        if (times <= MOST_DELIVERIES) this.#deliver(channel, lane, { delayMs: REDELIVERY_MS, times });
      });
    });
  }
}
