/**
 * Reads single fields out of a webhook's JSON without building objects: ids keep every digit, and 25 MB of commits
 * cost one pass over the bytes. A field that is missing or of another type is undefined, never an error, because
 * GitHub changes its payloads.
 */
import { arrayElements, type JsonRange, jsonStringText, objectMembers } from "../../core/json-members.ts";

const QUOTE = 0x22;
const INTEGER = /^-?[0-9]{1,20}$/;
const decoder = new TextDecoder();

export class Payload {
  readonly #bytes: Uint8Array;
  readonly #members: ReadonlyMap<string, JsonRange>;
  readonly #objects = new Map<string, Payload | undefined>();

  private constructor(bytes: Uint8Array, members: ReadonlyMap<string, JsonRange>) {
    this.#bytes = bytes;
    this.#members = members;
  }

  /** Undefined unless `bytes` are one valid JSON object. Of members with the same name the last counts. */
  static parse(bytes: Uint8Array): Payload | undefined {
    const members = objectMembers(bytes);
    if (members === undefined) return undefined;
    return new Payload(bytes, new Map(members.map((member) => [member.name, member])));
  }

  text(...path: readonly string[]): string | undefined {
    const raw = this.#raw(path);
    return raw?.[0] === QUOTE ? jsonStringText(raw, 0, raw.length) : undefined;
  }

  /** The digits of an integer as they were written. */
  digits(...path: readonly string[]): string | undefined {
    const raw = this.#raw(path);
    if (raw === undefined) return undefined;
    const text = decoder.decode(raw);
    return INTEGER.test(text) ? text : undefined;
  }

  flag(...path: readonly string[]): boolean | undefined {
    const raw = this.#raw(path);
    const text = raw === undefined ? "" : decoder.decode(raw);
    return text === "true" ? true : text === "false" ? false : undefined;
  }

  /** The objects in an array; other elements are left out. */
  objects(name: string): readonly Payload[] {
    const raw = this.#raw([name]);
    const elements = raw === undefined ? undefined : arrayElements(raw);
    if (raw === undefined || elements === undefined) return [];
    return elements.flatMap(({ start, end }) => Payload.parse(raw.subarray(start, end)) ?? []);
  }

  #raw(path: readonly string[]): Uint8Array | undefined {
    const [name = "", ...rest] = path;
    if (rest.length > 0) {
      const object = this.#object(name);
      return object === undefined ? undefined : object.#raw(rest);
    }
    const range = this.#members.get(name);
    return range === undefined ? undefined : this.#bytes.subarray(range.start, range.end);
  }

  #object(name: string): Payload | undefined {
    if (!this.#objects.has(name)) {
      const raw = this.#raw([name]);
      this.#objects.set(name, raw === undefined ? undefined : Payload.parse(raw));
    }
    return this.#objects.get(name);
  }
}
