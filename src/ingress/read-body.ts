/** Reads request bodies, bounded by the size of one event and by the isolate's budget. */
import type { BoundedBody } from "../core/bounded-body.ts";
import type { HeaderReader } from "../core/decode-message.ts";
import { concatBytes } from "../core/event-codec.ts";
import type { BodyReservation } from "./body-budget.ts";

export interface IncomingMessage {
  readonly request: Request;
  readonly headers: HeaderReader;
}

/**
 * Reads at most `maxBytes` and refuses a longer body. Many clients look for an answer only once they have sent
 * everything, and a connection that is closed before hides the refusal from them; so what is refused is read and
 * thrown away, as long as it is no longer than twice `maxBytes`.
 */
export async function readBody(
  { request, headers }: IncomingMessage,
  maxBytes: number,
  reservation: BodyReservation,
): Promise<BoundedBody> {
  const declared = declaredLength(headers.get("content-length"));
  try {
    if (declared === undefined) return await readUndeclared(request.body, maxBytes, reservation);
    const refusal = declared > maxBytes ? "too-large" : reservation.reach(declared) ? undefined : "busy";
    // The HTTP layer gives no more bytes than were declared, so this needs no counting, and it is much faster.
    if (refusal === undefined) return whole(new Uint8Array(await request.arrayBuffer()), declared);
    // Who asks before sending reads the answer first.
    const isSent = declared <= 2 * maxBytes && headers.get("expect") === null;
    return await refuse(request.body?.getReader(), refusal, isSent ? declared : 0);
  } catch {
    // A stream fails in many ways, and all mean the same: the producer did not send what it announced.
    return { kind: "broken" };
  }
}

/** Reads a body that nobody wants and throws it away, within the same limit: see above. Never rejects. */
export async function discardBody({ request, headers }: IncomingMessage, maxBytes: number): Promise<void> {
  const declared = declaredLength(headers.get("content-length")) ?? 2 * maxBytes;
  const isSent = declared <= 2 * maxBytes && headers.get("expect") === null;
  await refuse(request.body?.getReader(), "too-large", isSent ? declared : 0);
}

function whole(bytes: Uint8Array, declared: number): BoundedBody {
  return bytes.length === declared ? { kind: "bytes", bytes } : { kind: "broken" };
}

async function readUndeclared(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  reservation: BodyReservation,
): Promise<BoundedBody> {
  if (stream === null) return { kind: "bytes", bytes: new Uint8Array(0) };
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { kind: "bytes", bytes: parts.length === 1 && parts[0] ? parts[0] : concatBytes(parts) };
    length += value.length;
    const refusal = length > maxBytes ? "too-large" : reservation.reach(length) ? undefined : "busy";
    if (refusal !== undefined) {
      parts.length = 0;
      return refuse(reader, refusal, 2 * maxBytes - length);
    }
    parts.push(value);
  }
}

/** Throws away at most `drainBytes` and the piece that ends beyond them. */
async function refuse(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  kind: "too-large" | "busy",
  drainBytes: number,
): Promise<BoundedBody> {
  if (reader === undefined) return { kind };
  try {
    for (let left = drainBytes; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return { kind };
      left -= value.length;
    }
    await reader.cancel();
  } catch {
    // The producer went away in the middle; it is refused all the same.
  }
  return { kind };
}

function declaredLength(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined;
}
