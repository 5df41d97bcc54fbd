/** A channel that drains goes when all that it took has ended, and not before; and it goes alone. */
import type { Invariant } from "../invariant.ts";

export const drained: Invariant = {
  name: "drained",
  begin: () => ({
    retires: ({ record, uid, before, left, answer }) => {
      const { tenancy, object } = record;
      if (answer.kind === "retired" && tenancy?.uid === uid)
        return `${object.name} says that ${uid} is gone, and has it`;
      // Nothing went: what there is may be of another uid, and at work.
      if (before === undefined || tenancy === before) return undefined;
      if (before.uid !== uid) return `${object.name} was to let go of ${uid}, and ${before.uid} is gone`;
      return left.length === 0 ? undefined : `${object.name} is gone, and ${left[0]} had not ended`;
    },
  }),
};
