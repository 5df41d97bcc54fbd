/** Reads the beginning of a body and cancels the rest, so that no connection waits for it. */
import { concatBytes } from "../core/event-codec.ts";

export interface ReadBytes {
  readonly bytes: Uint8Array;
  /** The body was longer. */
  readonly isCut: boolean;
}

export async function readAtMost(body: ReadableStream<Uint8Array> | null, limit: number): Promise<ReadBytes> {
  if (body === null) return { bytes: new Uint8Array(0), isCut: false };
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length <= limit) {
    const { done, value } = await reader.read();
    if (done) return { bytes: concatBytes(parts), isCut: false };
    parts.push(value);
    length += value.length;
  }
  // The answer is complete as far as it matters, however its connection ends.
  await reader.cancel().catch(() => {});
  return { bytes: concatBytes(parts).slice(0, limit), isCut: true };
}
