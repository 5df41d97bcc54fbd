/** The reply of a delivery that counts is in the log with the settlement, and in the log once. */
import { isDoubtful, isSkipped, nameOf } from "../account.ts";
import type { ChannelRecord } from "../channel-record.ts";
import { isSettled } from "../disk-view.ts";
import type { EndFact, Invariant } from "../invariant.ts";

export const replies: Invariant = {
  name: "replies are exact",
  begin: (world) => {
    /** Reply -> the delivery it answers. */
    const deliveries = new Map<string, { readonly name: string; readonly record: ChannelRecord }>();
    const expected = new Map<ChannelRecord, EndFact[]>();
    return {
      ended: (end) => {
        if (end.reply === undefined) return undefined;
        deliveries.set(end.reply.id, { name: nameOf(end.token), record: end.record });
        const isKept = end.account.configuration.reply.kind === "channel-itself" && end.reply.hops > 1;
        if (!isKept) return undefined;
        expected.set(end.record, [...(expected.get(end.record) ?? []), end]);
        return undefined;
      },
      written: (record, { tables }) => {
        if (!tables.has("position")) return undefined;
        const waiting = expected.get(record) ?? [];
        const settled = waiting.filter((end) => isWritten(record, end));
        if (settled.length === 0) return undefined;
        expected.set(
          record,
          waiting.filter((end) => !settled.includes(end)),
        );
        const lost = settled.find(({ account, token, reply, isOut }) => {
          // A filter that changed meanwhile has discarded it, or passed it over: nobody asks any more who has taken it.
          const isRejected = !isOut && isDoubtful(account, token);
          const counts = !isSkipped(account, token) && !isRejected;
          return counts && reply !== undefined && !record.everLogged.has(reply.id);
        });
        return lost && `${nameOf(lost.token)} is settled on the disk without its reply ${lost.reply?.id}`;
      },
      crashed: (record) => {
        expected.delete(record);
        return undefined;
      },
      finished: () => {
        for (const record of world.ledger.records.values()) {
          for (const tenancy of record.tenancies.values()) {
            const seen = new Set<string>();
            for (const { id, keys } of tenancy.events.values()) {
              // What was handed over has come back from another channel.
              const delivery = keys.length > 0 ? undefined : deliveries.get(id);
              // Handed over, a reply may be in another channel as well.
              if (delivery?.record !== record) continue;
              if (seen.has(delivery.name)) return `the reply of ${delivery.name} is in the log twice`;
              seen.add(delivery.name);
            }
          }
        }
        return undefined;
      },
    };
  },
};

function isWritten(record: ChannelRecord, { token }: EndFact): boolean {
  const position = record.positions.get(token.subscription);
  return position !== undefined && position.epoch === token.epoch && isSettled(position, token.seq);
}
