/** Events as they were made, by producers and by subscribers that answer: what the router stores and sends is held to them. */
import type { Attributes } from "./encoded-event.ts";

export interface Original {
  readonly attributes: Attributes;
  readonly data: Uint8Array<ArrayBuffer>;
}

export class Originals {
  readonly #events = new Map<string, Original>();

  make(attributes: Attributes, dataBytes: number): Original {
    const id = String(attributes.id);
    const original = { attributes, data: dataOf(id, dataBytes) };
    this.#events.set(id, original);
    return original;
  }

  of(id: string): Original | undefined {
    return this.#events.get(id);
  }
}

/** Bytes that the id alone decides and that do not come again: no part of them is like another, or like one of another id. */
function dataOf(id: string, length: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(length);
  let state = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) state = Math.imul(state ^ id.charCodeAt(index), 0x01000193);
  // Xorshift stays at zero, where it would begin with it.
  state ||= 1;
  for (let index = 0; index < length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[index] = state;
  }
  return data;
}
