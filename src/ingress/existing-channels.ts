/**
 * Which names have a channel, before an event is sent to one: an object comes into being by being called, and leaves a file
 * behind on plain workerd, so made-up names must not reach objects.
 *
 * The control plane is asked about a name until it knows a channel there, which is remembered. Where it cannot say, the
 * object is asked, which knows best.
 */
import type { ChannelName } from "../core/channel-name.ts";
import type { IngressLookup } from "../core/ingress-lookup.ts";

export interface ExistingChannelPorts extends Pick<IngressLookup, "hasChannel"> {
  /** Runs `work` later unless cancelled by the returned function. */
  schedule(delayMs: number, work: () => void): () => void;
}

/** Names remembered; with more in use the memory starts again. */
const REMEMBERED = 1_024;
/** A control plane that is slower than this is not waited for, milliseconds. */
const LOOKUP_TIMEOUT_MS = 1_000;

/** One per isolate. */
export class ExistingChannels {
  readonly #known = new Set<ChannelName>();

  isKnown(name: ChannelName): boolean {
    return this.#known.has(name);
  }

  /** False only where the control plane says so. Never rejects. */
  async find(name: ChannelName, ports: ExistingChannelPorts): Promise<boolean> {
    const timeout = Promise.withResolvers<undefined>();
    const cancel = ports.schedule(LOOKUP_TIMEOUT_MS, () => timeout.resolve(undefined));
    const asked = ports.hasChannel(name).catch(() => undefined);
    const answer = await Promise.race([asked, timeout.promise]).finally(cancel);
    if (answer === true) this.#remember(name);
    return answer ?? true;
  }

  /** Its object says that it is gone. */
  forget(name: ChannelName): void {
    this.#known.delete(name);
  }

  #remember(name: ChannelName): void {
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.add(name);
  }
}
