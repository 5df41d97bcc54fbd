/**
 * Callers whose events a channel took, as far as this isolate remembers. Others ask before their large body is read: room for
 * those is scarce, and who may not post must not be able to hold it.
 */
import type { ChannelName } from "../core/channel-name.ts";
import { type Caller, callerKey } from "./callers.ts";
import { Memory } from "./memory.ts";

/** One per isolate. */
export class WelcomeCallers {
  readonly #known = new Memory<string, true>();

  has(name: ChannelName, caller: Caller): boolean {
    return caller.kind === "trusted" || this.#known.get(callerKey(name, caller)) === true;
  }

  add(name: ChannelName, caller: Caller): void {
    if (!this.has(name, caller)) this.#known.remember(callerKey(name, caller), true);
  }

  /** The channel refused it. */
  remove(name: ChannelName, caller: Caller): void {
    this.#known.forget(callerKey(name, caller));
  }
}
