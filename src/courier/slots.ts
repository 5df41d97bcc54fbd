/**
 * The requests that one run may have in flight, shared by the lanes it serves. While several have work each may claim its
 * part of them, so that a backlog in one channel does not stop the events that have gone on to the next.
 */

export class Slots {
  readonly #window: number;
  readonly #lanes = new Set<LaneSlots>();
  /** Deliveries that found all slots taken, because two lanes asked for the same ones at once. */
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #freed: (() => void)[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  /** One more lane, which has work until it says otherwise. */
  join(): LaneSlots {
    const lane = new LaneSlots(this);
    this.#lanes.add(lane);
    return lane;
  }

  leave(lane: LaneSlots): void {
    this.#lanes.delete(lane);
    this.#tell();
  }

  /** Some lane has something leased. */
  get isBusy(): boolean {
    return this.#claimed > 0;
  }

  /** Slots of this lane's part of the window. */
  shareOf(lane: LaneSlots): number {
    let lanes = 0;
    for (const each of this.#lanes) if (each === lane || each.hasWork || each.claimed > 0) lanes++;
    return Math.ceil(this.#window / lanes);
  }

  /** What this lane may claim now. */
  freeFor(lane: LaneSlots): number {
    return Math.min(this.#window - this.#claimed, this.shareOf(lane) - lane.claimed);
  }

  /** Resolves when a request of any lane has ended, or a lane. */
  freed(): Promise<void> {
    return new Promise((resolve) => this.#freed.push(resolve));
  }

  start(work: () => void): void {
    if (this.#underWay >= this.#window) {
      this.#waiting.push(work);
      return;
    }
    this.#underWay++;
    work();
  }

  end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next();
    this.#tell();
  }

  get #claimed(): number {
    let claimed = 0;
    for (const lane of this.#lanes) claimed += lane.claimed;
    return claimed;
  }

  #tell(): void {
    if (this.#freed.length === 0) return;
    const told = this.#freed;
    this.#freed = [];
    for (const resolve of told) resolve();
  }
}

/** One lane's part. */
export class LaneSlots {
  /** Its deliveries that are under way, or wait for a slot. */
  claimed = 0;
  /** The channel had something for it when it was asked last. */
  hasWork = true;
  readonly #slots: Slots;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  get free(): number {
    return this.#slots.freeFor(this);
  }

  get share(): number {
    return this.#slots.shareOf(this);
  }

  /** Runs `work` as soon as there is a slot for it, which must be given back with `end`. */
  start(work: () => void): void {
    this.claimed++;
    this.#slots.start(work);
  }

  end(): void {
    this.claimed--;
    this.#slots.end();
  }

  leave(): void {
    this.#slots.leave(this);
  }
}
