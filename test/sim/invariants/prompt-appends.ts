/** An append waits for the commit in flight and for its own, and for no other event to come after it. */
import type { Invariant } from "../invariant.ts";

/** A busy channel's pace, and a few instants, milliseconds. */
const COMPANY_MS = 25;

export const promptAppends: Invariant = {
  name: "prompt appends",
  begin: ({ storm }) => ({
    appended: ({ name, tookMs }) => {
      const mostMs = COMPANY_MS + 2 * storm.diskMs;
      return tookMs <= mostMs ? undefined : `${name} took ${tookMs} ms for an append, at most ${mostMs} are needed`;
    },
  }),
};
