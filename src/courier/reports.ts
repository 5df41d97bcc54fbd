/** Outcomes on their way back to the channel: gathered, bounded, and never lost while the channel can be reached. */
import type { Settlement } from "../core/channel-protocol.ts";
import type { CourierPorts } from "./ports.ts";

/** Outcomes wait this long for company, or for the next lease call to carry them, milliseconds. */
const GATHER_MS = 5;
/** Outcomes, and bytes of replies, that are reported without waiting, and at most with one call. */
const GATHERED = 64;
const REPLY_BYTES = 4 * 1024 * 1024;

export class Reports {
  readonly #report: (settlements: readonly Settlement[]) => Promise<void>;
  readonly #ports: Pick<CourierPorts, "schedule" | "log">;
  #unreported: Settlement[] = [];
  #running: Promise<void> | undefined;
  #wakeGatherer: () => void = () => {};
  #failures = 0;

  constructor(
    report: (settlements: readonly Settlement[]) => Promise<void>,
    ports: Pick<CourierPorts, "schedule" | "log">,
  ) {
    this.#report = report;
    this.#ports = ports;
  }

  get hasUnreported(): boolean {
    return this.#unreported.length > 0 || this.#running !== undefined;
  }

  add(settlement: Settlement): void {
    this.#unreported.push(settlement);
    if (this.#unreported.length >= GATHERED) this.#wakeGatherer();
    this.#running ??= this.#gather().finally(() => {
      this.#running = undefined;
    });
  }

  /** The outcomes that go with the next call, as many as fit. */
  take(): Settlement[] {
    let bytes = 0;
    let count = 0;
    for (const { outcome } of this.#unreported) {
      bytes += outcome.kind === "delivered" ? (outcome.reply?.length ?? 0) : 0;
      if (count > 0 && bytes > REPLY_BYTES) break;
      count++;
    }
    return this.#unreported.splice(0, count);
  }

  /** A call did not go through: its outcomes are reported again, which changes nothing if they had arrived. */
  giveBack(settlements: readonly Settlement[]): void {
    this.#unreported.unshift(...settlements);
  }

  /** Reports what is left; one more try, then the leases expire and the channel decides. */
  async drain(): Promise<void> {
    await this.#running;
    while (this.#unreported.length > 0 && this.#failures < 2) await this.#send();
  }

  async #gather(): Promise<void> {
    while (this.#unreported.length > 0 && this.#failures < 2) {
      if (this.#unreported.length < GATHERED) await this.#company();
      if (this.#unreported.length > 0) await this.#send();
    }
  }

  /** Waits a moment for more outcomes, or until there are enough. */
  #company(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.schedule(GATHER_MS, resolve);
      this.#wakeGatherer = () => {
        cancel();
        resolve();
      };
    });
  }

  async #send(): Promise<void> {
    const settlements = this.take();
    try {
      await this.#report(settlements);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.giveBack(settlements);
      this.#ports.log({ event: "report.failed", outcomes: settlements.length, reason: String(error) });
    }
  }
}
