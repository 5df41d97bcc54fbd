/** Calls between the parts: they take time, and some lose their request, their answer, or their caller's patience. */
import type { World } from "./world.ts";

/** The runtime tells a caller that a call broke within this time, milliseconds. */
const BROKEN_MS = 2_000;
/** A late call arrives within this time: longer than any lease or caller waits, milliseconds. */
export const LATE_MS = 45_000;

export class Network {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** As `call`, for callers that give up by themselves: some calls never end, on the way there or back. */
  callThatMayHang<T>(work: () => Promise<T>): Promise<T> {
    const { random, weather } = this.#world;
    const isHung = random.perMille(weather.hungCalls);
    const never = new Promise<T>(() => {});
    if (isHung && random.perMille(500)) return never;
    const call = this.call(work);
    if (!isHung) return call;
    call.catch(() => {});
    return never;
  }

  /** Makes the call; rejects when it breaks on the way there or back. */
  call<T>(work: () => Promise<T>): Promise<T> {
    const { clock, random, weather } = this.#world;
    return new Promise((resolve, reject) => {
      const breaks = (): void => {
        clock.schedule(random.between(1, BROKEN_MS), () => reject(new Error("the call broke")));
      };
      const back = (answer: () => void): void => {
        if (random.perMille(weather.lostCalls / 2)) breaks();
        else clock.schedule(random.between(0, weather.callMs), answer);
      };
      if (random.perMille(weather.lostCalls / 2)) return breaks();
      const isLate = random.perMille(weather.lateCalls);
      const thereMs = isLate ? random.between(5_000, LATE_MS) : random.between(0, weather.callMs);
      clock.schedule(thereMs, () => {
        work().then(
          (answer) => back(() => resolve(answer)),
          (error) => back(() => reject(error)),
        );
      });
    });
  }
}
