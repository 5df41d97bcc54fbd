/** Reads a CloudEvent out of a 2xx answer. An answer that is none is a success without a reply. */

import type { Route } from "../core/channel-protocol.ts";
import { decodeMessage, isCloudEventsType } from "../core/decode-message.ts";
import type { EventHead } from "../core/event.ts";
import { HeaderSnapshot } from "../core/header-snapshot.ts";
import { mediaType } from "../core/media-type.ts";
import { passThroughHeaders, withTraceOf } from "../core/pass-through-headers.ts";
import { type ReadBytes, readAtMost } from "./read-at-most.ts";
import { type Answer, failedWithout } from "./send.ts";

/** Largest reply, bytes: it travels back within one settlement. */
const REPLY_BYTES = 4 * 1024 * 1024;
/** What a reply over the limit fails with: the same event would be answered the same way again. */
const TOO_LARGE = 413;
const NOTHING = { bytes: new Uint8Array(0), isCut: false };

/** `cause` is the event that was answered. */
export async function readReply(
  response: Response,
  cause: Pick<EventHead, "headers" | "hops">,
  { dropsReply }: Pick<Route, "dropsReply">,
): Promise<Answer> {
  const { status } = response;
  const headers = new HeaderSnapshot(response.headers);
  if (dropsReply) {
    // Read all the same, which keeps the connection; what becomes of it takes nothing from the success.
    await readBody(response, headers).catch(() => {});
    return { kind: "delivered", status };
  }
  const { bytes, isCut } = await readBody(response, headers);
  const isNamed = hasEventHeaders(headers);
  if (bytes.length === 0 && !isNamed) return { kind: "delivered", status };
  if (isCut) {
    if (!isNamed && !isCloudEventsType(headers.get("content-type") ?? "")) {
      return { kind: "delivered", status, unusableReply: true };
    }
    const reason = `the reply is over ${REPLY_BYTES} bytes`;
    return { ...failedWithout(reason), status: TOO_LARGE };
  }
  const message = decodeMessage(headers, bytes);
  const [first] = message.kind === "events" ? message.events : [];
  // A batch is no reply, not even one of a single event.
  if (first === undefined || isBatch(headers)) {
    return { kind: "delivered", status, unusableReply: true };
  }
  const { knativebrokerttl: _, ...attributes } = first.attributes;
  const head = { attributes, headers: withTraceOf(cause.headers, passThroughHeaders(headers)), hops: cause.hops };
  return { kind: "delivered", status, reply: { head, data: first.data } };
}

/** Most answers say how long they are: nothing is read of an empty one, and another is read in one step, not in pieces. */
async function readBody(response: Response, headers: HeaderSnapshot): Promise<ReadBytes> {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  if (length === 0) return NOTHING;
  // Unpacked on the way, it is longer than it says.
  const isAsLong = length <= REPLY_BYTES && headers.get("content-encoding") === null;
  if (!isAsLong) return readAtMost(response.body, REPLY_BYTES);
  return { bytes: new Uint8Array(await response.arrayBuffer()), isCut: false };
}

function isBatch(headers: HeaderSnapshot): boolean {
  return mediaType(headers.get("content-type") ?? "") === "application/cloudevents-batch+json";
}

/** With them even an empty body is an event, or a broken one; without, it is no reply whatever its content type. */
function hasEventHeaders(headers: HeaderSnapshot): boolean {
  let has = false;
  headers.forEach((_, name) => {
    has ||= name.startsWith("ce-");
  });
  return has;
}
