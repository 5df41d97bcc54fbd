/**
 * The endpoint GitHub posts to, `POST /{namespace}/webhooks/{source}`. It answers 202 once the event is durable in the
 * sink's channel, without waiting for any delivery. A webhook that GitHub repeats is stored once.
 */
import { type AskPorts, askWithin } from "../../core/ask-within.ts";
import assert from "../../core/assert.ts";
import type { BoundedBody } from "../../core/bounded-body.ts";
import type { ChannelName } from "../../core/channel-name.ts";
import type { AppendAnswer, AppendRequest } from "../../core/channel-protocol.ts";
import { encodeEvent } from "../../core/event-codec.ts";
import { webhookKey } from "../../core/idempotency.ts";
import { mediaType } from "../../core/media-type.ts";
import type { WebhookLookup } from "../../core/webhook-source.ts";
import { parseWebhookPath, type WebhookPath } from "../webhook-path.ts";
import type { Lookup, WebhookSources } from "../webhook-sources.ts";
import { accepted, options, refusal, unavailable } from "./answer.ts";
import { formPayload } from "./form-payload.ts";
import { Payload } from "./payload.ts";
import { isSigned, parseSignature } from "./signature.ts";
import { webhookEvent } from "./webhook-event.ts";

/** What is told to wait where nobody knows better, milliseconds. */
const RETRY_AFTER_MS = 1_000;
/**
 * All that is asked for one webhook has so long together, milliseconds: GitHub gives up after 10 seconds, and a clear
 * refusal before that shows up in its log of deliveries.
 */
const ANSWER_TIMEOUT_MS = 9_000;
/** Event names are short words; new ones may come. */
const EVENT_NAME = /^[a-z0-9_]{1,64}$/;
/** GitHub sends a GUID. */
const DELIVERY_ID = /^[\x21-\x7e]{1,128}$/;

export interface WebhookPorts extends AskPorts {
  readonly lookup: Lookup;
  /** Remembers what `lookup` answered; one per isolate. */
  readonly sources: WebhookSources;
  /** Never reads more than `maxBytes`; the memory it takes is bounded together with other requests'. */
  readBody(request: Request, maxBytes: number): Promise<BoundedBody>;
  append(channel: ChannelName, request: AppendRequest): Promise<AppendAnswer>;
  now(): number;
  readonly maxBodyBytes: number;
}

interface TimedPorts extends WebhookPorts {
  /** When the request has to be answered. */
  readonly deadlineMs: number;
}

type ReadyLookup = Extract<WebhookLookup, { kind: "ready" }>;

/** Never rejects because of the request or of a port. */
export async function handleWebhook(request: Request, ports: WebhookPorts): Promise<Response> {
  const response = await answer(request, { ...ports, deadlineMs: ports.now() + ANSWER_TIMEOUT_MS });
  // What was refused before its body was looked at; a producer that goes away meanwhile is refused all the same.
  if (!request.bodyUsed) void request.body?.cancel().catch(() => undefined);
  return response;
}

async function answer(request: Request, ports: TimedPorts): Promise<Response> {
  if (request.method === "OPTIONS") return options();
  if (request.method !== "POST") return refusal(405, "webhooks are posted");
  const path = parseWebhookPath(request.url);
  if (path === undefined) return refusal(404, "webhooks are posted to /{namespace}/webhooks/{source}");
  const source = await askInTime(() => ports.sources.find(path, ports.lookup, ports.now()), ports);
  if (source === undefined) return unavailable("the source could not be looked up", RETRY_AFTER_MS);
  switch (source.kind) {
    case "not-found":
      return refusal(404, `there is no source ${path.name} in namespace ${path.namespace}`);
    case "not-ready":
      return unavailable(`source ${path.name} is not ready: ${source.reason}`, RETRY_AFTER_MS);
    case "ready":
      return receive(request, path, source, ports);
    default:
      return source satisfies never;
  }
}

async function receive(request: Request, path: WebhookPath, source: ReadyLookup, ports: TimedPorts): Promise<Response> {
  const eventName = request.headers.get("x-github-event") ?? "";
  if (eventName === "") return refusal(400, '"X-GitHub-Event" header is not set');
  if (!EVENT_NAME.test(eventName)) return refusal(400, '"X-GitHub-Event" header is no event name');
  const deliveryId = request.headers.get("x-github-delivery") ?? "";
  if (deliveryId !== "" && !DELIVERY_ID.test(deliveryId)) {
    return refusal(400, '"X-GitHub-Delivery" header is longer than 128 characters or has others than printable ASCII');
  }
  const body = await ports.readBody(request, ports.maxBodyBytes);
  if (body.kind === "too-large") return refusal(413, `the body is larger than ${ports.maxBodyBytes} bytes`);
  if (body.kind === "busy") return unavailable("too many large webhooks at once", RETRY_AFTER_MS);
  if (body.kind === "broken") return refusal(400, "the body ended early");
  if (body.bytes.length === 0) return refusal(400, "the body is empty");
  const signed = { header: request.headers.get("x-hub-signature-256"), body: body.bytes };
  const verified = await verify(signed, { path, source }, ports);
  if (verified instanceof Response) return verified;
  if (deliveryId === "") return refusal(400, '"X-GitHub-Delivery" header is not set');
  const data = payloadOf(request.headers.get("content-type") ?? "", body.bytes);
  if (data instanceof Response) return data;
  const payload = Payload.parse(data);
  if (payload === undefined) return refusal(400, "the payload is no valid JSON object");
  const event = webhookEvent({
    ...verified,
    eventName,
    deliveryId,
    payload,
    data,
    receivedMs: ports.now(),
  });
  const bytes = encodeEvent(event);
  const key = webhookKey(verified.sourceUid, deliveryId);
  return store({ bytes, calls: [{ lengths: [bytes.length], key }] }, { path, source: verified }, ports);
}

/** The source whose secret signed the body: as it was known or, so that a new secret works at once, as it is now. */
async function verify(
  { header, body }: { readonly header: string | null; readonly body: Uint8Array },
  { path, source }: { readonly path: WebhookPath; readonly source: ReadyLookup },
  ports: TimedPorts,
): Promise<ReadyLookup | Response> {
  if (header === null) return refusal(400, '"X-Hub-Signature-256" header is not set: give the webhook a secret');
  const signature = parseSignature(header);
  if (signature === undefined) return refusal(400, '"X-Hub-Signature-256" header is not sha256= and 64 hex digits');
  if (await isSigned(body, signature, source.secrets)) return source;
  const newer = await askInTime(() => ports.sources.refresh(path, source, ports.lookup, ports.now()), ports);
  if (newer === undefined) return unavailable("the source could not be looked up", RETRY_AFTER_MS);
  if (newer !== source && newer.kind === "ready" && (await isSigned(body, signature, newer.secrets))) return newer;
  return refusal(400, '"X-Hub-Signature-256" does not fit: the webhook has another secret than the source');
}

function payloadOf(contentType: string, body: Uint8Array): Uint8Array | Response {
  switch (mediaType(contentType)) {
    case "application/json":
      return body;
    case "application/x-www-form-urlencoded":
      return formPayload(body) ?? refusal(400, "the form has no valid field named payload");
    default:
      return refusal(415, "set the webhook's content type to application/json or application/x-www-form-urlencoded");
  }
}

async function store(
  request: AppendRequest,
  { path, source }: { readonly path: WebhookPath; readonly source: ReadyLookup },
  ports: TimedPorts,
): Promise<Response> {
  const append = (channel: ChannelName) => askInTime(() => ports.append(channel, request), ports);
  const answer = await append(source.channel);
  if (answer?.kind !== "not-found") return stored(answer);
  // Nothing is stored there. Somebody may have changed the sink since the source was looked up; GitHub would not come again.
  const newer = await askInTime(() => ports.sources.ask(path, ports.lookup, ports.now()), ports);
  const isSame = newer?.kind === "ready" && newer.sourceUid === source.sourceUid;
  return stored(isSame ? await append(newer.channel) : answer);
}

function stored(answer: AppendAnswer | undefined): Response {
  if (answer === undefined) return unavailable("the sink's channel did not answer", RETRY_AFTER_MS);
  switch (answer.kind) {
    case "accepted": {
      const [call] = answer.calls;
      assert(call?.kind === "stored", "a webhook names no caller, so that none is refused");
      return accepted(call.duplicate);
    }
    case "overloaded":
      return unavailable("the sink's channel takes no more events at the moment", answer.retryAfterMs);
    case "not-found":
      return unavailable("the source's sink does not exist", RETRY_AFTER_MS);
    default:
      return answer satisfies never;
  }
}

/** Undefined where no answer comes in time: nothing is known to be stored then, try again. */
function askInTime<Answer>(ask: () => Promise<Answer>, ports: TimedPorts): Promise<Answer | undefined> {
  return askWithin(Math.max(ports.deadlineMs - ports.now(), 0), ask, ports);
}
