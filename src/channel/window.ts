/**
 * The matched events of one subscription between the oldest unsettled one and the newest known one:
 *
 *   floor                                    scanned
 *     │ leased │ done │ pending │ done │ pending │
 *
 * Entries come in ascending order and leave when everything before them is done. What was settled out of order is
 * written down as done ranges, so that a restart does not repeat it.
 */
import assert from "../core/assert.ts";
import type { Range } from "./done-ranges.ts";

export interface Entry {
  readonly seq: number;
  readonly orderingKey: string | undefined;
  /** Attempts already made; more than 0 when a lease was out at a crash. */
  readonly attempts: number;
  state: "pending" | "leased" | "done";
}

export class Window {
  readonly #bySeq = new Map<number, Entry>();
  #entries: Entry[] = [];
  #start = 0;

  /** Entries between the floor and the newest, done ones in between included. */
  get size(): number {
    return this.#entries.length - this.#start;
  }

  get oldest(): Entry | undefined {
    return this.#entries[this.#start];
  }

  add(entry: Entry): void {
    const newest = this.#entries.at(-1);
    assert(newest === undefined || this.size === 0 || newest.seq < entry.seq, "entries come in order");
    this.#entries.push(entry);
    if (entry.state === "done") this.#advance();
    else this.#bySeq.set(entry.seq, entry);
  }

  /** The unsettled entry of this event. */
  get(seq: number): Entry | undefined {
    return this.#bySeq.get(seq);
  }

  settle(entry: Entry): void {
    entry.state = "done";
    this.#bySeq.delete(entry.seq);
    this.#advance();
  }

  /** Whether the event stands here and is done. */
  isDone(seq: number): boolean {
    let low = this.#start;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.seq ?? seq) < seq) low = middle + 1;
      else high = middle;
    }
    const entry = this.#entries[low];
    return entry?.seq === seq && entry.state === "done";
  }

  /**
   * Runs of done entries above the floor, by their first and last event. From `bridgedFrom` on they go on over what the filter
   * has passed by, which keeps them few; below it another filter may have left something there that waits.
   */
  doneRanges(bridgedFrom: number): Range[] {
    const ranges: [number, number][] = [];
    let open: [number, number] | undefined;
    for (let index = this.#start; index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (entry?.state !== "done") {
        open = undefined;
      } else if (open !== undefined && (open[1] >= bridgedFrom || entry.seq === open[1] + 1)) {
        open[1] = entry.seq;
      } else {
        open = [entry.seq, entry.seq];
        ranges.push(open);
      }
    }
    return ranges;
  }

  /** Entries that are not settled, oldest first. */
  *unsettled(): Generator<Entry> {
    for (const entry of this.#bySeq.values()) yield entry;
  }

  clear(): void {
    this.#entries = [];
    this.#start = 0;
    this.#bySeq.clear();
  }

  #advance(): void {
    while (this.#entries[this.#start]?.state === "done") this.#start++;
    // Shift the array now and then instead of once per event.
    if (this.#start > 1024 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
  }
}
