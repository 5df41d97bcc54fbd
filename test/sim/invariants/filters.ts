/** No subscriber is given an event that its filter rejects, or anything while it is paused, or another event's bytes. */
import { type Account, nameOf, wants } from "../account.ts";
import type { Invariant } from "../invariant.ts";

export const filters: Invariant = {
  name: "filters",
  begin: () => ({
    leased: ({ account, event, delivery, id }) => {
      const name = nameOf(delivery.token);
      if (account.configuration.paused) return `${name} was leased although its subscription is paused`;
      if (event === undefined) return undefined;
      if (delivery.token.purpose === "reply") {
        // A replay leaves what it does not go back to, under the next epoch.
        const kept = [...account.readings.values()].map(({ answered }) => answered.get(event.seq));
        return kept.includes(id) ? undefined : `${name} was answered with ${kept} and replies with ${id}`;
      }
      if (event.id !== id) return `${name} is ${event.id} and was leased as ${id}`;
      // Its subscriber has taken it by the old filter's word: the new one has no say in what becomes of the reply.
      if (delivery.token.purpose === "dead-letter" && isAnswered(account, event.seq)) return undefined;
      // A redriven delivery passed the filter of its time.
      if (account.redriven.has(event.seq)) return undefined;
      return wants(account.configuration, event.attributes)
        ? undefined
        : `${name} (${event.id}) does not pass the filter`;
    },
  }),
};

/** Its reply is kept, and no later reading has gone back to it. */
function isAnswered({ readings }: Account, seq: number): boolean {
  const all = [...readings.values()];
  const answered = all.filter((reading) => reading.answered.has(seq));
  return answered.some(({ epoch }) => !all.some((later) => later.epoch > epoch && later.start <= seq));
}
