/**
 * Whether a producer's call may post to this channel. The channel is told with its configuration who may, so that a call is
 * answered without asking anyone, and a token that is gone stops being good with the next push.
 */
import type { AppendCall, AppendedCall, ChannelIngress, RefusedCall, StoredCall } from "../core/channel-protocol.ts";

const NONE: ReadonlyMap<number, RefusedCall> = new Map();
const NOT_THIS_CALLER: RefusedCall = { kind: "refused", why: "caller" };
const NOT_TOLD: RefusedCall = { kind: "refused", why: "not-told" };

export class IngressGuard {
  readonly #ingress: ChannelIngress | undefined;
  readonly #digests: ReadonlySet<string>;

  constructor(ingress: ChannelIngress | undefined) {
    this.#ingress = ingress;
    this.#digests = new Set(ingress?.kind === "tokens" ? ingress.digests : []);
  }

  /** The calls that may not post, by their index, in order. */
  refused(calls: readonly AppendCall[]): ReadonlyMap<number, RefusedCall> {
    let refused: Map<number, RefusedCall> | undefined;
    for (const [index, { caller }] of calls.entries()) {
      const refusal = caller === undefined ? undefined : this.#refusalOf(caller);
      if (refusal === undefined) continue;
      refused ??= new Map();
      refused.set(index, refusal);
    }
    return refused ?? NONE;
  }

  #refusalOf(caller: string): RefusedCall | undefined {
    switch (this.#ingress?.kind) {
      case undefined:
        return NOT_TOLD;
      case "public":
        return undefined;
      case "tokens":
        return this.#digests.has(caller) ? undefined : NOT_THIS_CALLER;
      default:
        return this.#ingress satisfies never;
    }
  }
}

/** The answer to a call without events that may post. */
export function nothingStored(): StoredCall {
  return { kind: "stored", duplicate: false, position: "" };
}

/** The answers to all calls: those to the ones that were stored with the refusals at their places. */
export function withRefusals(
  stored: readonly StoredCall[],
  refused: ReadonlyMap<number, RefusedCall>,
): readonly AppendedCall[] {
  if (refused.size === 0) return stored;
  const all: AppendedCall[] = [...stored];
  for (const [index, refusal] of refused) all.splice(index, 0, refusal);
  return all;
}
