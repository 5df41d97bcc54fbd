/** The only place that calls subscribers. Redirects are never followed, bodies are read to a limit or cancelled. */

import { base64Text } from "../core/base64.ts";
import type { Outcome } from "../core/channel-protocol.ts";
import { isCloudEventsType } from "../core/decode-message.ts";
import { binaryHeaders, encodeMessage } from "../core/encode-message.ts";
import { type Attributes, attributeOf } from "../core/event.ts";
import { parseRetryAfter } from "../core/retry-after.ts";
import { streamedData, wholeData } from "./event-data.ts";
import type { CourierPorts } from "./ports.ts";
import { readAtMost } from "./read-at-most.ts";
import { readReply } from "./read-reply.ts";
import { ERROR_BYTES, failedWithout, type Outgoing, type Work } from "./send.ts";

interface Post extends Work {
  readonly url: string;
  readonly outgoing: Outgoing;
}

/** The timeout covers the whole exchange, the answer's body included. */
export async function post(ports: CourierPorts, work: Post): Promise<Outcome> {
  const { timeoutMs } = work.route;
  const controller = new AbortController();
  let timedOut = false;
  const cancelTimeout = ports.schedule(timeoutMs, () => {
    timedOut = true;
    controller.abort();
  });
  try {
    const response = await ports.fetch(work.url, {
      method: "POST",
      redirect: "manual",
      signal: controller.signal,
      ...(await messageOf(ports, work)),
    });
    return await outcomeOf(ports, work, response);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failedWithout(timedOut ? `no answer within ${timeoutMs} ms` : `no answer: ${reason}`);
  } finally {
    cancelTimeout();
  }
}

async function messageOf(ports: CourierPorts, work: Post): Promise<Pick<RequestInit, "headers" | "body">> {
  const { outgoing, route, channel } = work;
  const { event, chunked } = outgoing;
  const { attributes } = event.head;
  const headers = new Headers();
  for (const [name, value] of event.head.headers) headers.set(name, value);
  headers.set("kn-namespace", route.namespace);
  if (route.wantsReply) headers.set("prefer", "reply");
  if (chunked !== undefined && route.format === "binary" && !isEventItself(attributes)) {
    for (const [name, value] of binaryHeaders(attributes)) headers.set(name, value);
    return { headers, body: streamedData(ports, channel, chunked) };
  }
  const data = chunked === undefined ? event.data : await wholeData(ports, channel, chunked);
  const message = encodeMessage(attributes, data, route.format);
  for (const [name, value] of message.headers) headers.set(name, value);
  return { headers, body: message.body };
}

/** A receiver would take such data for the event, so that it cannot be streamed behind headers. */
function isEventItself(attributes: Attributes): boolean {
  return isCloudEventsType(String(attributeOf(attributes, "datacontenttype") ?? ""));
}

async function outcomeOf(ports: CourierPorts, work: Post, response: Response): Promise<Outcome> {
  const { status } = response;
  if (status >= 200 && status < 300) {
    if (work.route.wantsReply) return readReply(response, work.outgoing.event.head.hops);
    await discard(response);
    return { kind: "delivered", status };
  }
  const retryAfterMs =
    status === 429 || status === 503 ? parseRetryAfter(response.headers.get("retry-after"), ports.now()) : undefined;
  return {
    kind: "failed",
    status,
    errorData: base64Text(await errorBytes(response)),
    reason: String(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** The status alone decides what happens next, so a body that breaks off or never ends takes nothing from it. */
async function errorBytes(response: Response): Promise<Uint8Array> {
  // What a redirect says is for browsers; Knative's error extensions leave it out.
  if (response.status >= 300 && response.status < 400) {
    await discard(response);
    return new Uint8Array(0);
  }
  try {
    return (await readAtMost(response.body, ERROR_BYTES)).bytes;
  } catch {
    return new Uint8Array(0);
  }
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}
