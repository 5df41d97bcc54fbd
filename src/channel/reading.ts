/**
 * How far a subscription has read the log, and what of that has ended:
 *
 *   floor                                        scannedTo        head
 *     │ window: what the filter of now has matched │ not read yet │
 *     │ done ranges: what had ended at the last rewind or restart, and since then outside the window │
 *
 * What is below the floor has ended. When the filter changes the scan begins again at the floor, and what has ended by then
 * stays so, whatever the filters that follow pass by. What waited and is passed by may come again with a later filter.
 */
import { DoneRanges, joined, type Range } from "./done-ranges.ts";
import { DONE_RANGES } from "./limits.ts";
import { Window } from "./window.ts";

export class Reading {
  readonly window = new Window();
  /** Everything below is matched; means nothing while caught up. */
  scannedTo: number;
  /** Matched as events are published; otherwise a lease scans on from `scannedTo`. */
  caughtUp = false;
  #done: DoneRanges;
  /** Below it an earlier filter has read: what is in no done range there may be waiting for a later one. */
  #readBefore: number;

  constructor(scannedTo: number, done: readonly Range[]) {
    this.scannedTo = scannedTo;
    this.#done = new DoneRanges(done);
    this.#readBefore = this.#done.end;
  }

  /** The oldest event that may not have ended; undefined when all have that are in the log. */
  get floor(): number | undefined {
    return this.window.oldest?.seq ?? (this.caughtUp ? undefined : this.scannedTo);
  }

  /** What has ended above the floor, as it is stored: what is beyond DONE_RANGES may come again after a restart. */
  get done(): readonly Range[] {
    return this.#ended().slice(0, DONE_RANGES);
  }

  /** Events below `end` that the scan has not come to. */
  unreadBelow(end: number): number {
    return this.caughtUp ? 0 : end - this.scannedTo;
  }

  /** An event that the scan has not come to yet and that has not ended. */
  isAhead(seq: number): boolean {
    return !this.caughtUp && seq >= this.scannedTo && !this.#done.has(seq);
  }

  /** What the scan shall not give again. */
  hasEndedBefore(seq: number): boolean {
    return this.#done.has(seq);
  }

  /**
   * Whether the event may still end: it stands in the window, is ahead, or a filter has passed it by. Of what is below the floor
   * nobody can tell any more, and all of it counts as ended.
   */
  isOpen(seq: number): boolean {
    const isKnown = this.floor !== undefined && seq >= this.floor;
    return isKnown && !this.#done.has(seq) && !this.window.isDone(seq);
  }

  /** Ends an event that does not stand in the window: no scan will give it. */
  endOutside(seq: number): void {
    if (this.isOpen(seq)) this.#done.add(seq);
  }

  /** From `seq` on nothing is matched as it is published: the scan comes to it. */
  leaveOffAt(seq: number): void {
    this.caughtUp = false;
    this.scannedTo = seq;
  }

  /** Reads again, up to the log's head, what has not ended. */
  rewind(head: number): void {
    this.#done = new DoneRanges(this.#ended());
    this.#readBefore = Math.max(this.#readBefore, this.caughtUp ? head : this.scannedTo);
    if (this.floor !== undefined) this.leaveOffAt(this.floor);
    this.window.clear();
  }

  /** Reads on from `seq` as if nothing above it had ever happened. */
  beginAt(seq: number): void {
    this.leaveOffAt(seq);
    this.#done = new DoneRanges();
    this.#readBefore = seq;
    this.window.clear();
  }

  #ended(): readonly Range[] {
    if (this.floor === undefined) return [];
    const ranges = this.#done.with(this.window.doneRanges(this.#readBefore), this.floor);
    if (ranges.length <= DONE_RANGES) return ranges;
    // Too many to remember: what the filter of now has passed by stays passed.
    const unsettled = [...this.window.unsettled()].map(({ seq }) => seq);
    const scannedTo = this.caughtUp ? Number.POSITIVE_INFINITY : this.scannedTo;
    let oldest = 0;
    return joined(ranges, (last, next) => {
      while ((unsettled[oldest] ?? next) < last) oldest++;
      return next <= scannedTo && (unsettled[oldest] ?? next) >= next;
    });
  }
}
