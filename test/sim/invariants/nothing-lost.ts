/** Every event that a filter passes ends, and the ends add up; what storage calls settled did end. */
import { type Account, isDoubtful, isExcused, wants } from "../account.ts";
import type { ChannelRecord } from "../channel-record.ts";
import { isSettled, type LoggedEvent } from "../disk-view.ts";
import type { Invariant } from "../invariant.ts";

export const nothingLost: Invariant = {
  name: "nothing lost",
  begin: (world) => ({
    crashed: (record) => {
      for (const [uid, account] of record.tenancy?.accounts ?? []) {
        const forgotten = offered(record, uid, account).find(({ seq }) => isForgotten(record, uid, seq));
        if (forgotten !== undefined) return `${forgotten.id} (${forgotten.seq}) is settled for ${uid} and never ended`;
      }
      return undefined;
    },
    finished: () => {
      for (const record of world.ledger.records.values()) {
        for (const [uid, account] of record.tenancy?.accounts ?? []) {
          const lost = offered(record, uid, account).find(({ seq }) => !hasEnded(record, uid, seq));
          if (lost !== undefined) return `${lost.id} (${lost.seq}) never ended for ${uid}`;
          const sum = addsUp(record, uid, account);
          if (sum !== undefined) return sum;
        }
      }
      return undefined;
    },
  }),
};

/** Deliveries of a channel that have not ended for good, by name: parked ones among them. */
export function unended(record: ChannelRecord): string[] {
  const parked = record.stragglers.filter(({ state }) => state === "parked");
  const waiting = [...(record.tenancy?.accounts ?? [])].flatMap(([uid, account]) =>
    offered(record, uid, account)
      .filter(({ seq }) => !hasEnded(record, uid, seq))
      .map(({ seq }) => `${uid} ${seq}`),
  );
  return [...waiting, ...parked.map(({ subscription, seq }) => `${subscription} ${seq}`)];
}

/** Events that the subscription was to get and that no change of it excuses. */
function offered({ tenancy, positions }: ChannelRecord, uid: string, account: Account): LoggedEvent[] {
  const epoch = positions.get(uid)?.epoch;
  const reading = epoch === undefined ? undefined : account.readings.get(epoch);
  if (tenancy === undefined || reading === undefined) return [];
  return [...tenancy.events.values()].filter(
    ({ seq, attributes }) =>
      seq >= reading.start &&
      !isExcused(account, { epoch: reading.epoch, seq }) &&
      wants(account.configuration, attributes),
  );
}

function isForgotten(record: ChannelRecord, uid: string, seq: number): boolean {
  const position = record.positions.get(uid);
  if (position === undefined || !isSettled(position, seq)) return false;
  return !hasEnded(record, uid, seq) && !record.restored.stragglers.has(`${uid} ${seq}`);
}

function hasEnded(record: ChannelRecord, uid: string, seq: number): boolean {
  const epoch = record.positions.get(uid)?.epoch ?? 0;
  if (record.reading(uid, epoch)?.ended.has(seq)) return true;
  if (record.tenancy?.accounts.get(uid)?.uncertain.has(seq)) return true;
  return record.stragglers.some((row) => row.subscription === uid && row.seq === seq && row.state === "parked");
}

function addsUp(record: ChannelRecord, uid: string, account: Account): string | undefined {
  const position = record.positions.get(uid);
  if (position === undefined) return undefined;
  const reading = account.readings.get(position.epoch);
  const { delivered = 0, deadLettered = 0, discarded = 0 } = position.counters;
  const parked = record.stragglers.filter((row) => row.subscription === uid && row.state === "parked").length;
  const ended = delivered + deadLettered + discarded + parked;
  const read = [...(record.tenancy?.events.values() ?? [])].filter(({ seq }) => seq >= (reading?.start ?? 1));
  const isSure = ({ seq }: LoggedEvent): boolean => !isDoubtful(account, { epoch: position.epoch, seq });
  const sure = read.filter(isSure);
  const doubtful = read.length - sure.length;
  const matched = sure.filter(({ attributes }) => wants(account.configuration, attributes)).length;
  if (ended >= matched && (account.isReplayed || ended <= matched + doubtful)) return undefined;
  const counts = `${delivered} delivered, ${deadLettered} dead-lettered, ${discarded} discarded, ${parked} parked`;
  return `${uid} counts ${counts}: not all of ${matched} events, and of ${doubtful} at most`;
}
