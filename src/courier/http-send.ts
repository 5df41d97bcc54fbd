/** The only place that calls subscribers. Redirects are never followed, bodies are read to a limit or cancelled. */

import { base64Text } from "../core/base64.ts";
import type { Target } from "../core/channel-protocol.ts";
import { isCloudEventsType } from "../core/decode-message.ts";
import { binaryHeaders, encodeMessage, type OutgoingMessage } from "../core/encode-message.ts";
import { errorText } from "../core/error-text.ts";
import { type Attributes, attributeOf } from "../core/event.ts";
import { parseRetryAfter } from "../core/retry-after.ts";
import type { Deadline } from "./deadlines.ts";
import { streamedData, wholeData } from "./event-data.ts";
import type { CourierPorts } from "./ports.ts";
import { readAtMost } from "./read-at-most.ts";
import { readReply } from "./read-reply.ts";
import { type Answer, ERROR_BYTES, failedWithout, type Work } from "./send.ts";

type UrlTarget = Extract<Target, { kind: "url" }>;

/** The deadline is for the whole exchange, the answer's body included, and ends with it. */
export async function post(
  ports: CourierPorts,
  deadline: Deadline,
  work: Work,
  { url, binding }: UrlTarget,
): Promise<Answer> {
  try {
    const { headers, body } =
      work.outgoing.chunked === undefined
        ? work.outgoing.message(work.route.format)
        : await largeMessage(ports, work, work.outgoing.chunked);
    const init = {
      method: "POST",
      redirect: "manual" as const,
      signal: deadline.signal,
      headers: allHeaders(work, headers),
      body,
    };
    const response = await ports.fetch(url, init, binding);
    return await outcomeOf(ports, work, response);
  } catch (error) {
    const reason = errorText(error);
    return failedWithout(deadline.isOver ? `no answer within ${work.route.timeoutMs} ms` : `no answer: ${reason}`);
  } finally {
    deadline.end();
  }
}

/** A plain object: the runtime takes it over in one step, and `Headers` in one for each name. */
function allHeaders({ outgoing, route }: Work, message: OutgoingMessage["headers"]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of outgoing.event.head.headers) headers[name] = value;
  headers["kn-namespace"] = route.namespace;
  if (route.wantsReply) headers.prefer = "reply";
  for (const [name, value] of message) headers[name] = value;
  return headers;
}

/** An event whose data is still in the channel: streamed where the form of the message allows it. */
async function largeMessage(
  ports: CourierPorts,
  { outgoing, route, channel }: Work,
  chunked: NonNullable<Work["outgoing"]["chunked"]>,
): Promise<{ readonly headers: OutgoingMessage["headers"]; readonly body: Uint8Array | ReadableStream<Uint8Array> }> {
  const { attributes } = outgoing.event.head;
  if (route.format === "binary" && !isEventItself(attributes)) {
    return { headers: binaryHeaders(attributes), body: streamedData(ports, channel, chunked) };
  }
  return encodeMessage(attributes, await wholeData(ports, channel, chunked), route.format);
}

/** A receiver would take such data for the event, so that it cannot be streamed behind headers. */
function isEventItself(attributes: Attributes): boolean {
  return isCloudEventsType(String(attributeOf(attributes, "datacontenttype") ?? ""));
}

async function outcomeOf(ports: CourierPorts, work: Work, response: Response): Promise<Answer> {
  const { status } = response;
  if (status >= 200 && status < 300) {
    if (work.route.wantsReply) return readReply(response, work.outgoing.event.head, work.route);
    await discard(response);
    return { kind: "delivered", status };
  }
  // Of whatever status: `core/retry.ts` says with which it counts.
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), ports.now());
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
