/** Whatever hangs, and whoever hangs up, a producer that is still there is told something. */
import type { Invariant } from "../invariant.ts";

/** Producers are answered within this time, milliseconds. */
const ANSWER_MS = 15_000;

export const answeredInTime: Invariant = {
  name: "answered in time",
  begin: (world) => {
    const late = (): string | undefined => {
      for (const { post, postedAtMs, request } of world.producers.waiting) {
        const waitedMs = world.clock.nowMs - postedAtMs;
        if (request.isClientThere && waitedMs > ANSWER_MS)
          return `${post.ids[0]} has not been answered in ${waitedMs} ms`;
      }
      return undefined;
    };
    return { looked: late, finished: late };
  },
};
