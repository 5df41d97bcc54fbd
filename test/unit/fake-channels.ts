import { IngressGuard, withRefusals } from "../../src/channel/ingress-guard.ts";
import type { AppendAnswer, AppendRequest, ChannelIngress } from "../../src/core/channel-protocol.ts";
import type { CarriedEvent } from "../../src/core/event.ts";
import { decodeEvent } from "../../src/core/event-codec.ts";
import {
  handleIngress,
  type IngressPorts,
  type IngressRecord,
  IngressState,
} from "../../src/ingress/handle-ingress.ts";

/** Channels that accept at the names they are given what their guard lets in, and an ingress in front of them. */
export class FakeChannels {
  readonly requests: { readonly name: string; readonly request: AppendRequest }[] = [];
  readonly events: CarriedEvent[] = [];
  readonly records: IngressRecord[] = [];
  readonly background: Promise<unknown>[] = [];
  readonly names: Set<string>;
  nowMs = Date.parse("2026-11-23T12:00:00.5Z");
  /** Open mode, unless `ask` was called. */
  settings = {
    maxEventBytes: 26_214_400,
    coalesce: true,
    openAddress: "127.0.0.1:8080" as string | undefined,
    adminToken: undefined as string | undefined,
  };
  state = new IngressState(this.settings);
  /** Who may post where a token is asked for. */
  ingress: ChannelIngress | undefined = { kind: "tokens", digests: [] };
  /** Tokens that the control plane knows, and what it was asked. */
  readonly knownTokens = new Set<string>();
  readonly lookups: string[] = [];
  readonly nameLookups: string[] = [];
  /** What happens instead of accepting. */
  answer: (() => Promise<AppendAnswer>) | undefined;
  hasChannel: (name: string) => Promise<boolean> = async (name) => this.names.has(name);
  knowsToken: (digest: string) => Promise<boolean> = async (digest) => this.knownTokens.has(digest);
  readonly #keys = new Set<string>();

  constructor(...names: string[]) {
    this.names = new Set(names);
  }

  /** From now on a token is asked for. */
  ask(adminToken: string | undefined): void {
    this.settings = { ...this.settings, openAddress: undefined, adminToken };
    this.state = new IngressState(this.settings);
  }

  readonly ports: IngressPorts = {
    append: (name, request) => this.#append(name, request),
    knowsToken: (digest) => {
      this.lookups.push(digest);
      return this.knowsToken(digest);
    },
    hasChannel: (name) => {
      this.nameLookups.push(name);
      return this.hasChannel(name);
    },
    now: () => this.nowMs,
    schedule: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
    yieldOnce: () => new Promise((resolve) => setImmediate(resolve)),
    waitUntil: (work) => this.background.push(work),
    settings: this.settings,
    log: (record) => this.records.push(record),
  };

  handle(request: Request): Promise<Response> {
    return handleIngress({ request, headers: request.headers }, this.state, this.ports);
  }

  async #append(name: string, request: AppendRequest): Promise<AppendAnswer> {
    this.requests.push({ name, request });
    if (this.answer !== undefined) return this.answer();
    if (!this.names.has(name)) return { kind: "not-found" };
    let offset = 0;
    const refused = new IngressGuard(this.ingress).refused(request.calls);
    const calls = request.calls.map(({ lengths, key }, index) => {
      const duplicate = key !== undefined && this.#keys.has(key);
      if (key !== undefined) this.#keys.add(key);
      for (const length of lengths) {
        if (!duplicate && !refused.has(index))
          this.events.push(decodeEvent(request.bytes.slice(offset, offset + length)));
        offset += length;
      }
      return { kind: "stored" as const, duplicate, position: "0" };
    });
    const stored = calls.filter((_, index) => !refused.has(index));
    return { kind: "accepted", calls: withRefusals(stored, refused) };
  }
}
