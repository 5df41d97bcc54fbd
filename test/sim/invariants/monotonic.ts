/** Positions go back only with a new epoch; a segment goes only when it is settled by all and expired. */
import type { Change, ChannelRecord } from "../channel-record.ts";
import type { StoredPosition } from "../disk-view.ts";
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
function neededBy(record: ChannelRecord, first: number, nowMs: number): string | undefined {
  const { tenancy, applied } = record;
  const event = tenancy?.events.get(first);
  if (tenancy === undefined || event === undefined || applied === undefined) return undefined;
  if (event.acceptedAtMs + applied.retentionMs > nowMs) return "is not expired";
  for (const [uid, position] of record.positions) {
    if (tenancy.accounts.has(uid) && place(position) <= first) return `${uid} stands at ${place(position)}`;
  }
  const straggler = record.stragglers.find(
    ({ seq, state, copied }) => seq === first && state !== "parked" && copied === 0,
  );
  return straggler && `${straggler.subscription} still tries it`;
}
