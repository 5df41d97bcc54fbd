/** What a stranger posts is refused and never stored, whoever shares its call; nobody else is refused. */
import { isStrangersEvent, STRANGER } from "../callers.ts";
import type { Invariant } from "../invariant.ts";

export const strangers: Invariant = {
  name: "strangers",
  begin: () => ({
    postAnswered: ({ ids, call }, answer) => {
      const isStranger = call.caller === STRANGER;
      if (answer.kind === "accepted" && isStranger) return `${ids[0]} of a stranger was accepted`;
      if (answer.kind === "refused" && !isStranger) return `${ids[0]} was refused although its producer may post`;
      return undefined;
    },
    written: (_, { added }) => {
      const stored = added.find((event) => isStrangersEvent(event.id));
      return stored === undefined ? undefined : `${stored.id} of a stranger is in the log`;
    },
  }),
};
