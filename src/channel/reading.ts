/**
 * How far a subscription has read the log, and what of that has ended:
 *
 *   floor                              scannedTo        head
 *     │ its window: matched by the filter │ not read yet │
 *     │ done ranges: has ended, and is not done in the window │
 *
 * What is below the floor has ended. A filter that changes lets the scan begin again at the floor; what the filter of now
 * passes by keeps its end for the one after it.
 */
import { DoneRanges, type Range } from "./done-ranges.ts";
import { DONE_RANGES } from "./limits.ts";
import { Window } from "./window.ts";

export class Reading {
  readonly window = new Window();
  /** Everything below is matched; means nothing while caught up. */
  scannedTo: number;
  /** Matched as events are published; otherwise a lease scans on from `scannedTo`. */
  caughtUp = false;
  #done: DoneRanges;

  constructor(scannedTo: number, done: readonly Range[]) {
    this.scannedTo = scannedTo;
    this.#done = new DoneRanges(done);
  }

  /** The oldest event that may not have ended; undefined when all have that are in the log. */
  get floor(): number | undefined {
    return this.window.oldest?.seq ?? (this.caughtUp ? undefined : this.scannedTo);
  }

  /** What has ended at and above the floor, as it is stored: at most DONE_RANGES. */
  get done(): readonly Range[] {
    return this.#doneWith(this.window.doneRanges(DONE_RANGES));
  }

  #doneWith(own: readonly Range[]): readonly Range[] {
    return this.floor === undefined ? [] : this.#done.with(own, this.floor);
  }

  /** Events below `end` that the scan has not come to. */
  unreadBelow(end: number): number {
    return this.caughtUp ? 0 : end - this.scannedTo;
  }

  /** An event that the scan has not come to yet and that has not ended. */
  isAhead(seq: number): boolean {
    return !this.caughtUp && seq >= this.scannedTo && !this.#done.has(seq);
  }

  /** Whether it has ended outside the window. */
  hasEnded(seq: number): boolean {
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

  /** Ends an event that does not stand in the window: a scan will not give it. */
  endOutside(seq: number): void {
    this.#done.add(seq);
  }

  /** From `seq` on nothing is matched as it is published: the scan comes to it. */
  leaveOffAt(seq: number): void {
    this.caughtUp = false;
    this.scannedTo = seq;
  }

  /** Reads again what has not ended. */
  rewind(): void {
    this.#done = new DoneRanges(this.#doneWith(this.window.doneRanges(Number.POSITIVE_INFINITY)));
    if (this.floor !== undefined) this.leaveOffAt(this.floor);
    this.window.clear();
  }

  /** Reads on from `seq` as if nothing above it had ever happened. */
  beginAt(seq: number): void {
    this.leaveOffAt(seq);
    this.#done = new DoneRanges();
    this.window.clear();
  }
}
