/** Outcomes whose call did not get through are reported once more at least, unless their courier was killed. */
import { nameOf } from "../account.ts";
import type { Invariant } from "../invariant.ts";

export const reportedAgain: Invariant = {
  name: "reported again",
  begin: () => ({
    courierEnded: ({ number, reported }) => {
      for (const [{ token }, { calls, isHeard }] of reported) {
        if (calls === 1 && !isHeard) return `courier ${number} gave up ${nameOf(token)} when a call was lost`;
      }
      return undefined;
    },
  }),
};
