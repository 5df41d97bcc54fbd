/** What an isolate remembers of the few things that are asked for all the time. It may forget anything at any time. */

/** Keys of one memory; with more in use it starts again, which costs what asking once more costs. */
const REMEMBERED = 1_024;

export class Memory<Key, Value> {
  readonly #known = new Map<Key, Value>();

  get(key: Key): Value | undefined {
    return this.#known.get(key);
  }

  remember(key: Key, value: Value): void {
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, value);
  }

  forget(key: Key): void {
    this.#known.delete(key);
  }
}
