/**
 * Callers whose events a channel took, as far as this isolate remembers. Others ask before their large body is read: room for
 * those is scarce, and who may not post must not be able to hold it.
 */
import type { ChannelName } from "../core/channel-name.ts";
import { type Caller, callerName } from "./callers.ts";

/** Pairs of channel and caller remembered; with more in use the memory starts again. */
const REMEMBERED = 4_096;

/** One per isolate. */
export class WelcomeCallers {
  readonly #known = new Set<string>();

  has(name: ChannelName, caller: Caller): boolean {
    return caller.kind === "trusted" || this.#known.has(keyOf(name, caller));
  }

  add(name: ChannelName, caller: Caller): void {
    if (this.has(name, caller)) return;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.add(keyOf(name, caller));
  }

  /** The channel refused it. */
  remove(name: ChannelName, caller: Caller): void {
    this.#known.delete(keyOf(name, caller));
  }
}

function keyOf(name: ChannelName, caller: Caller): string {
  return `${name} ${caller.kind} ${callerName(caller) ?? ""}`;
}
