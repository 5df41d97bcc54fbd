/** What a channel counts as handed over is in the other channel, and on its disk. */
import type { Purpose, SubscriptionConfiguration, Target, Token } from "../../../src/core/channel-protocol.ts";
import { nameOf } from "../account.ts";
import type { Invariant } from "../invariant.ts";

export const handOvers: Invariant = {
  name: "hand-overs",
  begin: (world) => ({
    ended: ({ record, account, token: own, outcome, event }) => {
      // The courier passed the reply on before it reported the delivery.
      const token = outcome.replied ? { ...own, purpose: "reply" as const } : own;
      const target = goalOf(account.configuration, token.purpose);
      // Without hops it is dropped, and counted.
      if (target?.kind !== "channel" || event === undefined || event.hops <= 1) return undefined;
      // It went where dead letters went then.
      if (token.purpose === "dead-letter" && token.seq <= account.sinkMovedAt) return undefined;
      const other = world.ledger.records.get(target.name);
      // Under its own key, although the channel may deduplicate what producers post and have the event by another way.
      const stored = other?.keysEver.get(keyOf(record.object.name, token));
      return stored !== undefined && other?.isDurable(stored)
        ? undefined
        : `${nameOf(token)} is settled and not in ${target.name}`;
    },
  }),
};

function goalOf({ subscriber, reply, delivery }: SubscriptionConfiguration, purpose: Purpose): Target | undefined {
  if (purpose === "deliver") return subscriber;
  if (purpose === "dead-letter") return delivery.deadLetterSink;
  return reply.kind === "target" ? reply.target : undefined;
}

function keyOf(channel: string, { subscription, epoch, seq, purpose }: Token): string {
  return `h:${channel}:${subscription}:${epoch}:${seq}:${purpose}`;
}
