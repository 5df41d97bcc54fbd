/** A request as a subscriber reads it: the event in it, by the words of the CloudEvents specification. */
import type { Attributes } from "./encoded-event.ts";

export interface Message {
  readonly id: string;
  readonly attributes: Attributes;
  readonly data: Uint8Array;
}

/** Rejects when the body breaks off. */
export async function messageOf({ headers, body }: RequestInit): Promise<Message> {
  const received = new Headers(headers);
  if (body instanceof ReadableStream) {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    return binary(received, Buffer.concat(parts));
  }
  if (!(body instanceof Uint8Array)) throw new Error("a courier sends bytes");
  return received.has("ce-id") ? binary(received, body) : structured(body);
}

function binary(headers: Headers, data: Uint8Array): Message {
  const attributes: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith("ce-")) attributes[name.slice(3)] = value;
  });
  return { id: attributes.id ?? "", attributes, data };
}

/** Events of the simulated world name no type of their data, which is therefore never embedded. */
function structured(body: Uint8Array): Message {
  const { data_base64, ...attributes } = JSON.parse(new TextDecoder().decode(body));
  return { id: String(attributes.id), attributes, data: Buffer.from(data_base64 ?? "", "base64") };
}
