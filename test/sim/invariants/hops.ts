/** Whatever an event causes has fewer hops left than the event. */
import { nameOf } from "../account.ts";
import type { LoggedEvent } from "../disk-view.ts";
import type { Invariant } from "../invariant.ts";

export const hops: Invariant = {
  name: "no loops",
  begin: () => {
    /** Reply -> hops of the event it answers. */
    const causes = new Map<string, number>();
    /** Hand-over key -> hops of the event handed over. */
    const handed = new Map<string, number>();
    return {
      leased: ({ record, delivery, event }) => {
        if (event === undefined) return undefined;
        const { subscription, epoch, seq, purpose } = delivery.token;
        const handedOver = `h:${record.object.name}:${subscription}:${epoch}:${seq}`;
        handed.set(`${handedOver}:${purpose}`, event.hops);
        // Its reply may be passed on right away.
        handed.set(`${handedOver}:reply`, event.hops);
        return event.hops > 0 ? undefined : `${nameOf(delivery.token)} has no hop left and is still on its way`;
      },
      ended: ({ event, reply }) => {
        if (reply !== undefined && event !== undefined) causes.set(reply.id, event.hops);
        return undefined;
      },
      written: (_, { added }) => {
        for (const event of added) {
          const before = causedBy(event, causes, handed);
          if (before !== undefined && event.hops >= before) {
            return `${event.id} has ${event.hops} hops left, its cause had ${before}`;
          }
        }
        return undefined;
      },
    };
  },
};

function causedBy(event: LoggedEvent, causes: Map<string, number>, handed: Map<string, number>): number | undefined {
  for (const key of event.keys) if (handed.has(key)) return handed.get(key);
  return causes.get(event.id);
}
