/** What an isolate remembers of the few things that are asked for all the time. It may forget anything at any time. */

/** Keys of one memory, unless its owner needs more; with more in use it starts again, which costs asking once more. */
const REMEMBERED = 1_024;

export class Memory<Key, Value> {
  readonly #known = new Map<Key, Value>();
  readonly #limit: number;

  constructor(limit = REMEMBERED) {
    this.#limit = limit;
  }

  get(key: Key): Value | undefined {
    return this.#known.get(key);
  }

  remember(key: Key, value: Value): void {
    if (this.#known.size >= this.#limit) this.#known.clear();
    this.#known.set(key, value);
  }

  forget(key: Key): void {
    this.#known.delete(key);
  }
}
