/**
 * Which entries may be leased next. Unordered: all, oldest first. Ordered: of each key only the oldest, and only
 * while no earlier event of that key is leased or retrying.
 */
import type { Entry } from "./window.ts";

export interface ReadyQueue {
  push(entry: Entry): void;
  /** Takes the next entry, or undefined. */
  shift(): Entry | undefined;
  readonly isEmpty: boolean;
  /** An event of this key is out (leased or retrying) and holds it. */
  hold(key: string): void;
  /** The event that held this key ended; the next one of the key becomes ready. */
  release(key: string): void;
  clear(): void;
}

export function readyQueue(ordering: "ordered" | "unordered"): ReadyQueue {
  return ordering === "ordered" ? new OrderedQueue() : new PlainQueue();
}

class Fifo {
  #items: Entry[] = [];
  #start = 0;

  get isEmpty(): boolean {
    return this.#start === this.#items.length;
  }

  push(entry: Entry): void {
    this.#items.push(entry);
  }

  shift(): Entry | undefined {
    const entry = this.#items[this.#start];
    if (entry === undefined) return undefined;
    this.#start++;
    if (this.#start === this.#items.length || this.#start > 1024) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return entry;
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
  }
}

class PlainQueue extends Fifo implements ReadyQueue {
  hold(): void {}
  release(): void {}
}

class OrderedQueue implements ReadyQueue {
  readonly #ready = new Fifo();
  /** A held key and the entries that wait for it. */
  readonly #held = new Map<string, Fifo>();

  get isEmpty(): boolean {
    return this.#ready.isEmpty;
  }

  push(entry: Entry): void {
    const key = entry.orderingKey ?? "";
    const waiting = this.#held.get(key);
    if (waiting !== undefined) {
      waiting.push(entry);
      return;
    }
    this.#held.set(key, new Fifo());
    this.#ready.push(entry);
  }

  shift(): Entry | undefined {
    return this.#ready.shift();
  }

  hold(key: string): void {
    if (!this.#held.has(key)) this.#held.set(key, new Fifo());
  }

  release(key: string): void {
    const next = this.#held.get(key)?.shift();
    if (next === undefined) this.#held.delete(key);
    else this.#ready.push(next);
  }

  clear(): void {
    this.#ready.clear();
    this.#held.clear();
  }
}
