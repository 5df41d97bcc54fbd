/**
 * One run: serves a lane until nothing is left, and the channels that its events go on to, so that an event passes through a
 * whole flow without a wake-up for each step:
 *
 *   lane ──hands over──▶ channel that wants a courier ──visited──▶ hands over ──▶ ...
 *
 * The lanes of a run share its window, its time and its requests. A visit saves time; should it not come, or end early, the
 * channel wakes a courier of its own.
 */
import type { ChannelName } from "../core/channel-name.ts";
import { SHARED_LANE } from "../core/channel-protocol.ts";
import { FewTimers } from "../core/few-timers.ts";
import { countedPorts } from "./counted-ports.ts";
import { Deadlines } from "./deadlines.ts";
import { FailureLog } from "./failure-log.ts";
import { HandOvers } from "./hand-overs.ts";
import { LaneRun, type SharedRun } from "./lane-run.ts";
import type { CourierPorts } from "./ports.ts";
import { Slots } from "./slots.ts";

export type { CourierPorts } from "./ports.ts";

/**
 * Visits end this long after the run's own lane had something, milliseconds. The first channel holds the run's call open, and
 * pays for it: what goes on elsewhere without it is for others to serve.
 */
const VISIT_MS = 5_000;

/** Rejects only when the first channel could not be asked for work. */
export function runCourier(ports: CourierPorts, channel: ChannelName, lane: string): Promise<void> {
  return new CourierRun(ports, channel, lane).run();
}

class CourierRun {
  readonly #shared: SharedRun;
  readonly #timers: FewTimers;
  readonly #channel: ChannelName;
  readonly #lane: string;
  readonly #visits = new Map<ChannelName, Promise<void>>();
  /** Calls that offer a visit, by channel. */
  readonly #offers = new Map<ChannelName, number>();
  /** Served, and wanted since something was leased there last: whoever serves it may be about to leave. */
  readonly #wantedAgain = new Set<ChannelName>();
  #isAtHome = true;
  #isOver = false;
  #leaveAtMs: number;

  constructor(uncounted: CourierPorts, channel: ChannelName, lane: string) {
    this.#timers = new FewTimers(uncounted);
    const { ports, requests } = countedPorts({ ...uncounted, schedule: this.#timers.schedule });
    const visiting = {
      offer: (name: ChannelName) => this.#offer(name),
      answered: (name: ChannelName, isWanted: boolean) => this.#answered(name, isWanted),
    };
    this.#channel = channel;
    this.#lane = lane;
    this.#leaveAtMs = ports.now() + VISIT_MS;
    this.#shared = {
      ports,
      requests,
      untilMs: ports.now() + ports.settings.budgetMs,
      slots: new Slots(ports.settings.window),
      failures: new FailureLog(ports.log),
      deadlines: new Deadlines(ports),
      handOvers: new HandOvers(ports, visiting),
    };
  }

  async run(): Promise<void> {
    const { failures, ports } = this.#shared;
    const leased = (): void => {
      this.#leaveAtMs = ports.now() + VISIT_MS;
      this.#wantedAgain.delete(this.#channel);
    };
    const own = { channel: this.#channel, lane: this.#lane, leaveAtMs: () => Number.POSITIVE_INFINITY, leased };
    try {
      await new LaneRun(this.#shared, own).run();
    } finally {
      this.#isAtHome = false;
      this.#left(this.#channel);
      // Each may lead to others.
      while (this.#visits.size > 0) await Promise.all(this.#visits.values());
      this.#isOver = true;
      this.#timers.end();
      failures.end(this.#channel);
    }
  }

  #offer(channel: ChannelName): boolean {
    const { ports } = this.#shared;
    const places = new Set([this.#channel, ...this.#visits.keys(), ...this.#offers.keys(), channel]);
    if (places.size > ports.settings.maxChannelsServed || ports.now() >= this.#leaveAtMs) return false;
    this.#offers.set(channel, (this.#offers.get(channel) ?? 0) + 1);
    return true;
  }

  #answered(channel: ChannelName, isWanted: boolean): void {
    const others = (this.#offers.get(channel) ?? 1) - 1;
    if (others > 0) this.#offers.set(channel, others);
    else this.#offers.delete(channel);
    if (isWanted) this.#visit(channel);
  }

  #isServed(channel: ChannelName): boolean {
    const isOwn = this.#isAtHome && channel === this.#channel && this.#lane === SHARED_LANE;
    return isOwn || this.#visits.has(channel);
  }

  #visit(channel: ChannelName): void {
    // An answer that came when nobody waited for it any more.
    if (this.#isOver) return;
    if (this.#isServed(channel)) {
      this.#wantedAgain.add(channel);
      return;
    }
    const assignment = {
      channel,
      lane: SHARED_LANE,
      leaveAtMs: () => this.#leaveAtMs,
      leased: () => void this.#wantedAgain.delete(channel),
    };
    const visit = new LaneRun(this.#shared, assignment).run().catch((error: unknown) => {
      this.#shared.ports.log({ event: "courier.failed", channel, lane: SHARED_LANE, reason: String(error) });
    });
    const left = visit.then(() => {
      this.#visits.delete(channel);
      this.#left(channel);
    });
    this.#visits.set(channel, left);
  }

  #left(channel: ChannelName): void {
    const isWanted = this.#wantedAgain.delete(channel);
    if (isWanted && this.#shared.ports.now() < this.#leaveAtMs) this.#visit(channel);
  }
}
