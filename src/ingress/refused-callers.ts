/**
 * Tells a caller that a channel refused what is wrong with it. Only the control plane knows whether a token exists that may
 * do other things, so it is asked, at a rate that no flood can raise; a flood is answered from memory.
 */
import { Allowance } from "../core/allowance.ts";
import { type AskPorts, askWithin } from "../core/ask-within.ts";
import type { ChannelName } from "../core/channel-name.ts";
import type { IngressLookup } from "../core/ingress-lookup.ts";
import { Strikes } from "../core/strikes.ts";
import { type Caller, callerKey } from "./callers.ts";

export type CallerRefusal =
  /** 401: no token, or none that exists. */
  | "no-token"
  | "unknown-token"
  /** 403: a token that may not publish here. */
  | "not-allowed";

export interface RefusedCallerPorts extends Pick<IngressLookup, "knowsToken">, AskPorts {
  now(): number;
}

/** Look-ups that an isolate makes at once, and each second after that. */
const LOOKUP_BURST = 16;
const LOOKUPS_PER_SECOND = 4;
/** A control plane that is slower than this is not waited for, milliseconds. */
const LOOKUP_TIMEOUT_MS = 2_000;

/** One per isolate. */
export class RefusedCallers {
  readonly #strikes = new Strikes<CallerRefusal>();
  readonly #lookups = new Allowance(LOOKUP_BURST, LOOKUPS_PER_SECOND, 0);

  /** The refusal of a flood that is on, which no object is asked about. */
  silenced(name: ChannelName, caller: Caller, nowMs: number): CallerRefusal | undefined {
    return this.#strikes.isEmpty ? undefined : this.#strikes.silenced(callerKey(name, caller), nowMs);
  }

  /** The channel refused this caller. Never rejects. */
  async refuse(name: ChannelName, caller: Caller, ports: RefusedCallerPorts): Promise<CallerRefusal> {
    const refusal = await this.#refusalOf(caller, ports);
    this.#strikes.strike(callerKey(name, caller), refusal, ports.now());
    return refusal;
  }

  /** The channel took its events. */
  welcome(name: ChannelName, caller: Caller): void {
    if (!this.#strikes.isEmpty) this.#strikes.forgive(callerKey(name, caller));
  }

  async #refusalOf(caller: Caller, ports: RefusedCallerPorts): Promise<CallerRefusal> {
    if (caller.kind === "anonymous") return "no-token";
    if (caller.kind !== "token" || !this.#lookups.take(ports.now())) return "unknown-token";
    // A token that nobody can say anything about is not known: the producer is refused either way.
    const isKnown = await askWithin(LOOKUP_TIMEOUT_MS, () => ports.knowsToken(caller.digest), ports);
    return isKnown === true ? "not-allowed" : "unknown-token";
  }
}
