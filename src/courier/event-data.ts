/** The data of an event that is too large for a lease: read from its channel part by part. */

import type { ChannelName } from "../core/channel-name.ts";
import type { LeasedEvent } from "../core/channel-protocol.ts";
import { concatBytes } from "../core/event-codec.ts";
import type { CourierPorts } from "./ports.ts";

type Chunked = Extract<LeasedEvent, { kind: "chunked" }>;

async function part(ports: CourierPorts, channel: ChannelName, event: Chunked, index: number): Promise<Uint8Array> {
  const bytes = await ports.readPart(channel, event.blob, index);
  if (bytes === undefined) throw new Error("the event's data is not in the log any more");
  return bytes;
}

/** The whole data in memory, for a form of the event that has to be built from it. */
export async function wholeData(ports: CourierPorts, channel: ChannelName, event: Chunked): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let index = 0; index < event.parts; index++) parts.push(await part(ports, channel, event, index));
  return concatBytes(parts);
}

/** One part in memory at a time; the length is known, so subscribers see a Content-Length. */
export function streamedData(ports: CourierPorts, channel: ChannelName, event: Chunked): ReadableStream<Uint8Array> {
  const { readable, writable } = ports.fixedLength(event.dataBytes);
  void pump(writable.getWriter());
  return readable;

  async function pump(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    try {
      for (let index = 0; index < event.parts; index++) await writer.write(await part(ports, channel, event, index));
      await writer.close();
    } catch (error) {
      // The request that reads this fails by it, and reports it as its outcome.
      await writer.abort(error).catch(() => {});
    }
  }
}
