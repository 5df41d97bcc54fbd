/** A webhook endpoint with everything around it faked, and the requests GitHub would send to it. */
import { createHmac } from "node:crypto";
import type { BoundedBody } from "../../src/core/bounded-body.ts";
import { type ChannelName, parseChannelName } from "../../src/core/channel-name.ts";
import type { AppendAnswer, AppendRequest } from "../../src/core/channel-protocol.ts";
import type { WebhookLookup } from "../../src/core/webhook-source.ts";
import type { WebhookPorts } from "../../src/sources/github/handle-webhook.ts";
import { WebhookSources } from "../../src/sources/webhook-sources.ts";

const channel = brokerChannel("default");
export const GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
export const PAYLOAD = '{ "action":"opened",\n "issue":{"number":7,"big":12345678901234567890} }';

export function brokerChannel(broker: string): ChannelName {
  const name = parseChannelName("ns", "broker", broker);
  if (name === undefined) throw new Error("no channel name");
  return name;
}

export function ready(...secrets: string[]): Extract<WebhookLookup, { kind: "ready" }> {
  return { kind: "ready", sourceUid: "uid-1", channel, secrets, ownerAndRepository: "octo/hello", overrides: {} };
}

function sign(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

export interface World extends WebhookPorts {
  readonly appended: { name: string; request: AppendRequest }[];
  lookups: number;
  source: WebhookLookup;
  nowMs: number;
  answer: (name: string) => Promise<AppendAnswer>;
  /** What is to be done at a time, by its delay in milliseconds, until it is cancelled. */
  readonly planned: Map<number, () => void>;
}

export function world(source: WebhookLookup = ready("s3cret")): World {
  const self: World = {
    appended: [],
    lookups: 0,
    source,
    nowMs: Date.UTC(2026, 0, 31, 12),
    answer: async () => ({ kind: "accepted", calls: [{ kind: "stored", duplicate: false, position: "0-1" }] }),
    sources: new WebhookSources(),
    maxBodyBytes: 1_000,
    planned: new Map(),
    now: () => self.nowMs,
    schedule: (delayMs, work) => {
      self.planned.set(delayMs, work);
      return () => void self.planned.delete(delayMs);
    },
    lookup: async () => {
      self.lookups++;
      return self.source;
    },
    readBody: async (request, maxBytes): Promise<BoundedBody> => {
      const bytes = new Uint8Array(await request.arrayBuffer());
      return bytes.length > maxBytes ? { kind: "too-large" } : { kind: "bytes", bytes };
    },
    append: (name, request) => {
      self.appended.push({ name, request });
      return self.answer(name);
    },
  };
  return self;
}

export interface Sent {
  readonly body?: string;
  readonly secret?: string;
  readonly path?: string;
  readonly method?: string;
  /** Undefined takes the header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export function webhook(sent: Sent = {}): Request {
  const body = sent.body ?? PAYLOAD;
  const headers = new Headers({
    "content-type": "application/json",
    "x-github-event": "issues",
    "x-github-delivery": GUID,
    "x-hub-signature-256": sign(body, sent.secret ?? "s3cret"),
  });
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  const method = sent.method ?? "POST";
  const url = `http://127.0.0.1:8080${sent.path ?? "/ns/webhooks/hello"}`;
  return new Request(url, method === "POST" ? { method, headers, body } : { method, headers });
}
