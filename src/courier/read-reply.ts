/** Reads a CloudEvent out of a 2xx answer. An answer that is none is a success without a reply. */

import type { Outcome } from "../core/channel-protocol.ts";
import { decodeMessage } from "../core/decode-message.ts";
import { encodeEvent } from "../core/event-codec.ts";
import { HeaderSnapshot } from "../core/header-snapshot.ts";
import { mediaType } from "../core/media-type.ts";
import { passThroughHeaders } from "../core/pass-through-headers.ts";
import { readAtMost } from "./read-at-most.ts";
import { failedWithout } from "./send.ts";

/** Largest reply, bytes: it travels back within one settlement. */
const REPLY_BYTES = 4 * 1024 * 1024;
/** What a reply over the limit fails with: the same event would be answered the same way again. */
const TOO_LARGE = 413;
const NOTHING = { bytes: new Uint8Array(0), isCut: false };

export async function readReply(response: Response, hops: number): Promise<Outcome> {
  const { status } = response;
  const headers = new HeaderSnapshot(response.headers);
  // Most answers are empty, and say so: there is nothing to read or to cancel.
  const isEmpty = headers.get("content-length") === "0";
  const { bytes, isCut } = isEmpty ? NOTHING : await readAtMost(response.body, REPLY_BYTES);
  if (isCut) {
    const reason = `the reply is over ${REPLY_BYTES} bytes`;
    return { ...failedWithout(reason), status: TOO_LARGE };
  }
  const message = decodeMessage(headers, bytes);
  const [first] = message.kind === "events" ? message.events : [];
  // A batch is no reply, not even one of a single event (reference §2.6).
  if (first === undefined || isBatch(headers)) {
    return { kind: "delivered", status, ...(saysNothing(headers, bytes) ? {} : { unusableReply: true }) };
  }
  const { knativebrokerttl: _, ...attributes } = first.attributes;
  const head = { attributes, headers: passThroughHeaders(headers), hops };
  return { kind: "delivered", status, reply: encodeEvent({ head, data: first.data }) };
}

function isBatch(headers: HeaderSnapshot): boolean {
  return mediaType(headers.get("content-type") ?? "") === "application/cloudevents-batch+json";
}

/** An empty body is no reply whatever its content type; `ce-` headers without a valid event are a broken one. */
function saysNothing(headers: HeaderSnapshot, bytes: Uint8Array): boolean {
  let hasEventHeaders = false;
  headers.forEach((_, name) => {
    hasEventHeaders ||= name.startsWith("ce-");
  });
  return bytes.length === 0 && !hasEventHeaders;
}
