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
  /** This event of the key is out (leased or retrying) and holds it; holding twice is holding once. */
  hold(key: string, seq: number): void;
  /** This event ended; when no other holds the key, the next one of the key becomes ready. */
  release(key: string, seq: number): void;
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

/**
 * Several events may hold a key: those that were out already when the subscription became ordered. The next one
 * waits for them all.
 */
interface HeldKey {
  readonly holders: Set<number>;
  readonly waiting: Fifo;
}

class OrderedQueue implements ReadyQueue {
  readonly #ready = new Fifo();
  readonly #held = new Map<string, HeldKey>();

  get isEmpty(): boolean {
    return this.#ready.isEmpty;
  }

  push(entry: Entry): void {
    const key = entry.orderingKey ?? "";
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.waiting.push(entry);
      return;
    }
    this.hold(key, entry.seq);
    this.#ready.push(entry);
  }

  shift(): Entry | undefined {
    return this.#ready.shift();
  }

  hold(key: string, seq: number): void {
    const held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, { holders: new Set([seq]), waiting: new Fifo() });
    else held.holders.add(seq);
  }

  release(key: string, seq: number): void {
    const held = this.#held.get(key);
    if (held === undefined || !held.holders.delete(seq) || held.holders.size > 0) return;
    const next = held.waiting.shift();
    if (next === undefined) {
      this.#held.delete(key);
      return;
    }
    held.holders.add(next.seq);
    this.#ready.push(next);
  }

  clear(): void {
    this.#ready.clear();
    this.#held.clear();
  }
}
