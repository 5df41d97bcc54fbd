import type { AppendAnswer, AppendRequest } from "../../src/core/channel-protocol.ts";
import type { CarriedEvent } from "../../src/core/event.ts";
import { decodeEvent } from "../../src/core/event-codec.ts";
import {
  handleIngress,
  type IngressPorts,
  type IngressRecord,
  IngressState,
} from "../../src/ingress/handle-ingress.ts";

/** Channels that accept everything at the names they are given, and an ingress in front of them. */
export class FakeChannels {
  readonly requests: { readonly name: string; readonly request: AppendRequest }[] = [];
  readonly events: CarriedEvent[] = [];
  readonly records: IngressRecord[] = [];
  readonly background: Promise<unknown>[] = [];
  readonly names: Set<string>;
  nowMs = Date.parse("2026-11-23T12:00:00.5Z");
  settings = { maxEventBytes: 26_214_400, coalesce: true };
  state = new IngressState(this.settings);
  /** What happens instead of accepting. */
  answer: (() => Promise<AppendAnswer>) | undefined;
  readonly #keys = new Set<string>();

  constructor(...names: string[]) {
    this.names = new Set(names);
  }

  readonly ports: IngressPorts = {
    append: (name, request) => this.#append(name, request),
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
    const calls = request.calls.map(({ lengths, key }) => {
      const duplicate = key !== undefined && this.#keys.has(key);
      if (key !== undefined) this.#keys.add(key);
      for (const length of lengths) {
        if (!duplicate) this.events.push(decodeEvent(request.bytes.slice(offset, offset + length)));
        offset += length;
      }
      return { duplicate, position: "0" };
    });
    return { kind: "accepted", calls };
  }
}
