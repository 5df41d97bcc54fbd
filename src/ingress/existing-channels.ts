/**
 * Which names have a channel, before an event is sent to one: an object comes into being by being called, and leaves a file
 * behind on plain workerd, so made-up names must not reach objects.
 *
 * The control plane is asked about a name until it knows a channel there, which is remembered. Where it cannot say, the
 * object is asked, which knows best.
 */

import { type AskPorts, askWithin } from "../core/ask-within.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { IngressLookup } from "../core/ingress-lookup.ts";
import { Memory } from "./memory.ts";

export interface ExistingChannelPorts extends Pick<IngressLookup, "hasChannel">, AskPorts {}

/** A control plane that is slower than this is not waited for, milliseconds. */
const LOOKUP_TIMEOUT_MS = 1_000;

/** One per isolate. */
export class ExistingChannels {
  readonly #known = new Memory<ChannelName, true>();

  isKnown(name: ChannelName): boolean {
    return this.#known.get(name) === true;
  }

  /** False only where the control plane says so. Never rejects. */
  async find(name: ChannelName, ports: ExistingChannelPorts): Promise<boolean> {
    const answer = await askWithin(LOOKUP_TIMEOUT_MS, () => ports.hasChannel(name), ports);
    if (answer === true) this.#known.remember(name, true);
    return answer ?? true;
  }

  /** Its object says that it is gone. */
  forget(name: ChannelName): void {
    this.#known.forget(name);
  }
}
