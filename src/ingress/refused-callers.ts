/**
 * Tells a caller that a channel refused what is wrong with it. Only the control plane knows whether a token exists that may
 * do other things, so it is asked, at a rate that no flood can raise; a flood is answered from memory.
 */
import type { ChannelName } from "../core/channel-name.ts";
import type { IngressLookup } from "../core/ingress-lookup.ts";
import { type Caller, callerName } from "./callers.ts";
import { Strikes } from "./strikes.ts";

export type CallerRefusal =
  /** 401: no token, or none that exists. */
  | "no-token"
  | "unknown-token"
  /** 403: a token that may not publish here. */
  | "not-allowed";

export interface RefusedCallerPorts extends Pick<IngressLookup, "knowsToken"> {
  now(): number;
  /** Runs `work` later unless cancelled by the returned function. */
  schedule(delayMs: number, work: () => void): () => void;
}

/** Look-ups that an isolate makes at once, and each second after that. */
const LOOKUP_BURST = 16;
const LOOKUPS_PER_SECOND = 4;
/** A control plane that is slower than this is not waited for, milliseconds. */
const LOOKUP_TIMEOUT_MS = 2_000;

/** One per isolate. */
export class RefusedCallers {
  readonly #strikes = new Strikes<CallerRefusal>();
  #lookups = LOOKUP_BURST;
  #earnedAtMs = 0;

  /** The refusal of a flood that is on, which no object is asked about. */
  silenced(name: ChannelName, caller: Caller, nowMs: number): CallerRefusal | undefined {
    return this.#strikes.isEmpty ? undefined : this.#strikes.silenced(keyOf(name, caller), nowMs);
  }

  /** The channel refused this caller. Never rejects. */
  async refuse(name: ChannelName, caller: Caller, ports: RefusedCallerPorts): Promise<CallerRefusal> {
    const refusal = await this.#refusalOf(caller, ports);
    this.#strikes.strike(keyOf(name, caller), refusal, ports.now());
    return refusal;
  }

  /** The channel took its events. */
  welcome(name: ChannelName, caller: Caller): void {
    if (!this.#strikes.isEmpty) this.#strikes.forgive(keyOf(name, caller));
  }

  async #refusalOf(caller: Caller, ports: RefusedCallerPorts): Promise<CallerRefusal> {
    if (caller.kind === "anonymous") return "no-token";
    if (caller.kind !== "token" || !this.#takeLookup(ports.now())) return "unknown-token";
    return (await isKnown(caller.digest, ports)) ? "not-allowed" : "unknown-token";
  }

  #takeLookup(nowMs: number): boolean {
    const earned = ((nowMs - this.#earnedAtMs) / 1_000) * LOOKUPS_PER_SECOND;
    this.#lookups = Math.min(LOOKUP_BURST, this.#lookups + earned);
    this.#earnedAtMs = nowMs;
    if (this.#lookups < 1) return false;
    this.#lookups--;
    return true;
  }
}

/** A token that nobody can say anything about is not known: the producer is refused either way. */
async function isKnown(digest: string, ports: RefusedCallerPorts): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>();
  const cancel = ports.schedule(LOOKUP_TIMEOUT_MS, () => timeout.resolve(false));
  const answer = ports.knowsToken(digest).catch(() => false);
  return Promise.race([answer, timeout.promise]).finally(cancel);
}

function keyOf(name: ChannelName, caller: Caller): string {
  return `${name} ${caller.kind} ${callerName(caller) ?? ""}`;
}
