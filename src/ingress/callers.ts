/**
 * Who posts, as far as an isolate can tell by itself: from its settings and the request alone. Whether a token may publish
 * is for the channel to say, which is told of every change; so what is remembered here never goes stale.
 */
import { hasTokenForm, tokenDigest } from "../core/access-token.ts";
import type { ChannelName } from "../core/channel-name.ts";
import { credentialOf, equalInConstantTime } from "../core/credential.ts";
import { Memory } from "./memory.ts";

export type Caller =
  /** Open mode, or the admin token: may post anywhere. */
  | { readonly kind: "trusted" }
  | { readonly kind: "anonymous" }
  /** Presents something that no token of ours looks like. */
  | { readonly kind: "stranger" }
  | { readonly kind: "token"; readonly digest: string };

export interface CallerSettings {
  /** Set while no token is asked for. */
  readonly openAddress: string | undefined;
  readonly adminToken: string | undefined;
}

const TRUSTED: Caller = { kind: "trusted" };
const ANONYMOUS: Caller = { kind: "anonymous" };
const STRANGER: Caller = { kind: "stranger" };

/** Longer headers are not worth remembering, characters. */
const REMEMBERED_LENGTH = 256;

/** One per isolate. */
export class Callers {
  readonly #isOpen: boolean;
  readonly #adminToken: string | undefined;
  readonly #known = new Memory<string, Caller>();

  constructor({ openAddress, adminToken }: CallerSettings) {
    this.#isOpen = openAddress !== undefined && adminToken === undefined;
    this.#adminToken = adminToken;
  }

  /** Undefined for a header that `identify` has to look at first. */
  known(authorization: string | null): Caller | undefined {
    if (this.#isOpen) return TRUSTED;
    if (authorization === null) return ANONYMOUS;
    return this.#known.get(authorization);
  }

  /** Hashes the token, which is remembered: the same few come with all events. */
  async identify(authorization: string): Promise<Caller> {
    const caller = await this.#callerOf(credentialOf(authorization) ?? "");
    if (authorization.length <= REMEMBERED_LENGTH) this.#known.remember(authorization, caller);
    return caller;
  }

  async #callerOf(credential: string): Promise<Caller> {
    if (this.#adminToken !== undefined && equalInConstantTime(credential, this.#adminToken)) return TRUSTED;
    return hasTokenForm(credential) ? { kind: "token", digest: await tokenDigest(credential) } : STRANGER;
  }
}

/** What the channel is told of the caller: see `AppendCall`. */
export function callerName(caller: Caller): string | undefined {
  switch (caller.kind) {
    case "trusted":
      return undefined;
    case "token":
      return caller.digest;
    case "anonymous":
    case "stranger":
      return "";
    default:
      return caller satisfies never;
  }
}

/** Tells callers of channels apart. */
export function callerKey(name: ChannelName, caller: Caller): string {
  return `${name} ${caller.kind} ${callerName(caller) ?? ""}`;
}
