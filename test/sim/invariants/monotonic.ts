/** Positions go back only with a new epoch; a segment goes only when it is settled by all and expired. */

import { isExcused, wants } from "../account.ts";
import type { Change, ChannelRecord } from "../channel-record.ts";
import { isSettled, type StoredPosition, type StoredStraggler } from "../disk-view.ts";
import type { Invariant } from "../invariant.ts";

export const monotonic: Invariant = {
  name: "monotonic",
  begin: (world) => ({
    written: (record, change) =>
      positionsWentBack(record, change) ?? segmentsWentEarly(record, change, world.clock.nowMs),
  }),
};

function segmentsWentEarly(record: ChannelRecord, { segmentsBefore }: Change, nowMs: number): string | undefined {
  const now = record.tenancy?.segments;
  if (now === undefined || segmentsBefore === undefined || now === segmentsBefore) return undefined;
  for (const [first, wasReadable] of segmentsBefore) {
    if (!wasReadable || now.get(first) === true) continue;
    const reason = neededBy(record, first, nowMs);
    if (reason !== undefined) return `the segment of ${first} is gone, and ${reason}`;
  }
  return undefined;
}

function positionsWentBack(record: ChannelRecord, { tables, positionsBefore }: Change): string | undefined {
  if (!tables.has("position")) return undefined;
  for (const [uid, now] of record.positions) {
    const before = positionsBefore.get(uid);
    if (before === undefined) continue;
    if (now.epoch < before.epoch) return `the epoch of ${uid} went from ${before.epoch} to ${now.epoch}`;
    if (now.epoch === before.epoch && place(now) < place(before)) {
      return `the position of ${uid} went from ${place(before)} to ${place(now)}`;
    }
  }
  return undefined;
}

function place({ next, scanned }: StoredPosition): number {
  return next ?? scanned;
}

/** Why the events of the segment that begins with `first` may not go yet. */
function neededBy({ tenancy, applied, positions, stragglers }: ChannelRecord, first: number, nowMs: number) {
  if (tenancy === undefined || applied === undefined) return undefined;
  for (const { seq, segment, attributes, acceptedAtMs } of tenancy.events.values()) {
    if (segment !== first) continue;
    if (acceptedAtMs + applied.retentionMs > nowMs) return `${seq} is not expired`;
    for (const [uid, account] of tenancy.accounts) {
      const position = positions.get(uid);
      if (
        position === undefined ||
        isExcused(account, { epoch: position.epoch, seq }) ||
        !wants(account.configuration, attributes)
      )
        continue;
      if (!isSettled(position, seq)) return `${uid} has not settled ${seq}`;
    }
    const isTried = (row: StoredStraggler): boolean => row.seq === seq && row.state !== "parked" && row.copied === 0;
    const straggler = stragglers.find(isTried);
    if (straggler !== undefined) return `${straggler.subscription} still tries ${seq}`;
  }
  return undefined;
}
