/** Outcomes on their way back to the channel: gathered, bounded, and never lost while the channel can be reached. */
import type { Settlement } from "../core/channel-protocol.ts";
import type { CourierPorts } from "./ports.ts";

/** Outcomes wait this long for company, or for the next lease call to carry them, milliseconds. */
const GATHER_MS = 5;
/** This many do not wait. */
const GATHERED = 64;
/** Replies that go with one call, bytes; one reply alone may have as many. */
const REPLY_BYTES = 4 * 1024 * 1024;
/** Unreported replies above which nothing new may be started, bytes: they come faster than they can be reported. */
const FULL_BYTES = 2 * REPLY_BYTES;
/** Calls in a row that may fail; after that the outcomes wait for the next lease call, the next outcome or the end. */
const TRIES = 2;
/** Pause after a call that failed, milliseconds. */
const RETRY_MS = 100;

export class Reports {
  readonly #report: (settlements: readonly Settlement[]) => Promise<void>;
  readonly #ports: Pick<CourierPorts, "schedule" | "log">;
  #unreported: Settlement[] = [];
  #replyBytes = 0;
  #gathering: Promise<void> | undefined;
  #enough: () => void = () => {};

  constructor(
    report: (settlements: readonly Settlement[]) => Promise<void>,
    ports: Pick<CourierPorts, "schedule" | "log">,
  ) {
    this.#report = report;
    this.#ports = ports;
  }

  get isFull(): boolean {
    return this.#replyBytes >= FULL_BYTES;
  }

  get hasUnreported(): boolean {
    return this.#unreported.length > 0 || this.#gathering !== undefined;
  }

  add(settlement: Settlement): void {
    this.#unreported.push(settlement);
    this.#replyBytes += replyBytes(settlement);
    if (this.#unreported.length >= GATHERED) this.#enough();
    this.#gathering ??= this.#gather();
  }

  /** The outcomes that go with the next call, as many as fit. */
  take(): Settlement[] {
    let bytes = 0;
    let count = 0;
    for (const settlement of this.#unreported) {
      const size = replyBytes(settlement);
      if (count > 0 && bytes + size > REPLY_BYTES) break;
      bytes += size;
      count++;
    }
    this.#replyBytes -= bytes;
    return this.#unreported.splice(0, count);
  }

  /** A call did not go through: its outcomes are reported again, which changes nothing if they had arrived. */
  giveBack(settlements: readonly Settlement[]): void {
    this.#unreported.unshift(...settlements);
    for (const settlement of settlements) this.#replyBytes += replyBytes(settlement);
  }

  /** Resolves when no report is under way. */
  async settled(): Promise<void> {
    await this.#gathering;
  }

  /** Reports what is left, once nothing is added any more; should that fail the leases expire and the channel decides. */
  async drain(): Promise<void> {
    await this.#gathering;
    for (let failures = 0; this.#unreported.length > 0 && failures < TRIES; ) {
      if (failures > 0) await this.#pause(RETRY_MS);
      failures = (await this.#send()) ? 0 : failures + 1;
    }
  }

  async #gather(): Promise<void> {
    for (let failures = 0; this.#unreported.length > 0 && failures < TRIES; ) {
      if (failures > 0) await this.#pause(RETRY_MS);
      else if (this.#unreported.length < GATHERED) await this.#company();
      // A lease call may have taken them meanwhile.
      if (this.#unreported.length > 0) failures = (await this.#send()) ? 0 : failures + 1;
    }
    // Here and not in a reaction to the promise: an outcome added before that ran would wait for the next call.
    this.#gathering = undefined;
  }

  /** Waits a moment for more outcomes, or until there are enough. */
  #company(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.schedule(GATHER_MS, resolve);
      this.#enough = () => {
        cancel();
        resolve();
      };
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#ports.schedule(ms, resolve));
  }

  async #send(): Promise<boolean> {
    const settlements = this.take();
    try {
      await this.#report(settlements);
      return true;
    } catch (error) {
      this.giveBack(settlements);
      this.#ports.log({ event: "report.failed", outcomes: settlements.length, reason: String(error) });
      return false;
    }
  }
}

function replyBytes({ outcome }: Settlement): number {
  return outcome.kind === "delivered" ? (outcome.reply?.length ?? 0) : 0;
}
