/** A channel that drains goes when all that it took has ended, and not before. */
import type { Invariant } from "../invariant.ts";

export const drained: Invariant = {
  name: "drained",
  begin: () => ({
    retired: ({ record, left }) =>
      left.length === 0 ? undefined : `${record.object.name} is gone, and ${left[0]} had not ended`,
  }),
};
