/** While neighbours hang, fail, answer slowly and lag, a healthy subscription is offered each event within a bounded time. */
import { type Account, nameOf, wants } from "../account.ts";
import type { ChannelRecord } from "../channel-record.ts";
import type { LoggedEvent } from "../disk-view.ts";
import type { Invariant } from "../invariant.ts";
import type { World } from "../world.ts";

/**
 * A courier's window that a slow neighbour fills for a second before it is moved to a lane of its own; twice the second in which a
 * courier whose end is not known is taken to be at work; and half a second for those that stand before it in a courier of two, for
 * the looks at who needs a courier, and for the calls on the way, ms.
 */
const MOST_DELAY_MS = 3_500;

export const isolation: Invariant = {
  name: "isolation",
  begin: (world) => {
    const offered = new Set<string>();
    const late = (name: string, { acceptedAtMs }: LoggedEvent): string | undefined => {
      const delayMs = world.clock.nowMs - acceptedAtMs;
      return delayMs <= MOST_DELAY_MS ? undefined : `${name} waited ${delayMs} ms although its subscriber is well`;
    };
    return {
      leased: ({ account, event, delivery }) => {
        if (world.storm.name !== "neighbours" || event === undefined) return undefined;
        const name = nameOf(delivery.token);
        if (offered.has(name)) return undefined;
        offered.add(name);
        return isJudged(world, account) && wants(account.configuration, event.attributes)
          ? late(name, event)
          : undefined;
      },
      // What is never offered is leased by nobody: it has to be looked for.
      looked: () => {
        if (world.storm.name !== "neighbours") return undefined;
        for (const record of world.ledger.records.values()) {
          for (const [uid, account] of record.tenancy?.accounts ?? []) {
            if (!isJudged(world, account)) continue;
            for (const { name, event } of waiting(record, uid, account)) {
              if (offered.has(name)) continue;
              const message = late(name, event);
              if (message !== undefined) return message;
            }
          }
        }
        return undefined;
      },
    };
  },
};

/** Its subscriber is well and nothing but its neighbours could hold it up. */
function isJudged(world: World, { configuration }: Account): boolean {
  const { subscriber, maxConcurrency, ratePerSecond, ordering } = configuration;
  const isWell = subscriber.kind === "url" && !world.people.ailing.has(subscriber.url);
  return isWell && maxConcurrency === undefined && ratePerSecond === undefined && ordering === "unordered";
}

/** Events that it is to get, as storage has them, and that have not ended: what was leased in the turn of a configuration is not told. */
function* waiting(record: ChannelRecord, uid: string, account: Account) {
  const epoch = record.positions.get(uid)?.epoch;
  const reading = epoch === undefined ? undefined : account.readings.get(epoch);
  if (epoch === undefined || reading === undefined) return;
  for (const event of record.tenancy?.events.values() ?? []) {
    if (event.seq < reading.start || reading.ended.has(event.seq) || !wants(account.configuration, event.attributes))
      continue;
    yield { name: nameOf({ subscription: uid, epoch, seq: event.seq }), event };
  }
}
