/** A set of event numbers at one bit each, so that millions of them fit in a process that must stay small. */
const BITS = 8;
const FIRST_BYTES = 1_024;

export class NumberSet {
  #bytes: Uint8Array;
  #size = 0;

  /** Takes over what `bytes` gave, in this process or another. */
  constructor(bytes: Uint8Array = new Uint8Array(FIRST_BYTES)) {
    this.#bytes = bytes;
    for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) this.#size++;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whole numbers from 0; false where the number was there already. */
  add(number: number): boolean {
    if (this.has(number)) return false;
    const index = Math.floor(number / BITS);
    if (index >= this.#bytes.length) {
      const longer = new Uint8Array(Math.max(2 * this.#bytes.length, index + 1));
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[index] = this.#byte(index) | (1 << (number % BITS));
    this.#size++;
    return true;
  }

  has(number: number): boolean {
    return (this.#byte(Math.floor(number / BITS)) & (1 << (number % BITS))) !== 0;
  }

  *[Symbol.iterator](): Iterator<number> {
    const end = this.#bytes.length * BITS;
    for (let number = 0; number < end; number++) if (this.has(number)) yield number;
  }

  #byte(index: number): number {
    return this.#bytes[index] ?? 0;
  }
}
