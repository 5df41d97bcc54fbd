/** Reads request bodies, bounded by the size of one event and by the isolate's budget. */
import { concatBytes } from "../core/event-codec.ts";
import type { BodyReservation } from "./body-budget.ts";

export type Body =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  /** The isolate already buffers as much as it may: try again. */
  | { readonly kind: "busy" }
  /** The body ended early or broke off. */
  | { readonly kind: "broken" };

/** Reads at most `maxBytes` and refuses a longer body without reading the rest of it. */
export async function readBody(request: Request, maxBytes: number, reservation: BodyReservation): Promise<Body> {
  if (request.body === null) return { kind: "bytes", bytes: new Uint8Array(0) };
  const declared = declaredLength(request.headers.get("content-length"));
  if (declared !== undefined && declared > maxBytes) return refuse(request, "too-large");
  if (declared !== undefined && !reservation.reach(declared)) return refuse(request, "busy");
  try {
    // The HTTP layer gives no more bytes than were declared, so this needs no counting, and it is much faster.
    if (declared !== undefined) return whole(new Uint8Array(await request.arrayBuffer()), declared);
    return await readCounting(request.body, maxBytes, reservation);
  } catch {
    // A stream fails in many ways, and all mean the same: the producer did not send what it announced.
    return { kind: "broken" };
  }
}

function whole(bytes: Uint8Array, declared: number): Body {
  return bytes.length === declared ? { kind: "bytes", bytes } : { kind: "broken" };
}

async function readCounting(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  reservation: BodyReservation,
): Promise<Body> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { kind: "bytes", bytes: parts.length === 1 && parts[0] ? parts[0] : concatBytes(parts) };
    length += value.length;
    const refusal = length > maxBytes ? "too-large" : reservation.reach(length) ? undefined : "busy";
    if (refusal !== undefined) {
      await reader.cancel();
      return { kind: refusal };
    }
    parts.push(value);
  }
}

async function refuse(request: Request, kind: "too-large" | "busy"): Promise<Body> {
  await request.body?.cancel();
  return { kind };
}

function declaredLength(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined;
}
