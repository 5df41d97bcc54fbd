/** An ordered subscription is given an event only when every earlier one of its key has ended. */
import { isExcused, nameOf, orderingKey, wants } from "../account.ts";
import type { Invariant } from "../invariant.ts";

export const order: Invariant = {
  name: "order",
  begin: () => ({
    leased: ({ account, reading, event, delivery, tenancy }) => {
      const { configuration, redriven, uncertain, reorderedAt } = account;
      if (configuration.ordering !== "ordered" || reading === undefined || event === undefined) return undefined;
      // The subscriber saw its event before: a crash may have undone the end of the one before that.
      const { purpose } = delivery.token;
      if (purpose === "reply" || (purpose === "dead-letter" && reading.answered.has(event.seq))) return undefined;
      if (redriven.has(event.seq)) return undefined;
      // It may have been out, with others of its key, when its subscription became ordered.
      const isOlder = event.seq <= reorderedAt;
      if (isOlder && (delivery.token.attempt > 1 || purpose !== "deliver")) return undefined;
      const key = orderingKey(event.attributes);
      for (let seq = reading.start; seq < event.seq; seq++) {
        if (
          isExcused(account, { epoch: reading.epoch, seq }) ||
          reading.ended.has(seq) ||
          redriven.has(seq) ||
          uncertain.has(seq)
        )
          continue;
        const earlier = tenancy.events.get(seq);
        if (earlier === undefined || orderingKey(earlier.attributes) !== key) continue;
        if (wants(configuration, earlier.attributes)) return `${nameOf(delivery.token)} before the end of ${seq}`;
      }
      return undefined;
    },
  }),
};
