/** A message's headers, taken out of the runtime's object once: each question to that object costs as much as a parse. */
import type { HeaderReader } from "./decode-message.ts";

export class HeaderSnapshot implements HeaderReader {
  readonly #values = new Map<string, string>();

  constructor(headers: HeaderReader) {
    headers.forEach((value, name) => {
      this.#values.set(name, value);
    });
  }

  /** `name` in lower case. */
  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  forEach(visit: (value: string, name: string) => void): void {
    this.#values.forEach(visit);
  }
}
