/** Whatever a crash leaves on the disk, the alarm comes in time for what is unsettled. */
import { nameOf, wants } from "../account.ts";
import type { ChannelRecord } from "../channel-record.ts";
import { isSettled } from "../disk-view.ts";
import type { Invariant } from "../invariant.ts";

/** A breaker's longest pause, and the watchdog after it, milliseconds. */
const LONGEST_PAUSE_MS = 66_000;

export const workIsWatched: Invariant = {
  name: "work is watched",
  begin: (world) => ({
    crashed: (record) => {
      const work = firstWork(record, world.clock.nowMs);
      if (work === undefined) return undefined;
      const { alarmAtMs } = record.object.disk;
      if (alarmAtMs !== undefined && alarmAtMs <= work.dueAtMs + LONGEST_PAUSE_MS) return undefined;
      const alarm =
        alarmAtMs === undefined ? "no alarm is set" : `the alarm comes in ${alarmAtMs - world.clock.nowMs} ms`;
      return `${work.name} is due in ${work.dueAtMs - world.clock.nowMs} ms, and ${alarm}`;
    },
  }),
};

interface StoredWork {
  readonly name: string;
  readonly dueAtMs: number;
}

/** What storage has to do first, if it has anything to do. */
function firstWork(record: ChannelRecord, nowMs: number): StoredWork | undefined {
  let first: StoredWork | undefined;
  for (const [uid, { configuration }] of record.tenancy?.accounts ?? []) {
    const position = record.positions.get(uid);
    if (position === undefined || configuration.paused) continue;
    for (const { seq, attributes } of record.tenancy?.events.values() ?? []) {
      const isWork = !isSettled(position, seq) && wants(configuration, attributes);
      if (isWork) return { name: nameOf({ subscription: uid, epoch: position.epoch, seq }), dueAtMs: nowMs };
    }
    for (const { subscription, seq, state, due_at } of record.stragglers) {
      if (subscription !== uid || state === "parked" || due_at >= (first?.dueAtMs ?? Number.POSITIVE_INFINITY))
        continue;
      first = { name: nameOf({ subscription, epoch: position.epoch, seq }), dueAtMs: Math.max(nowMs, due_at) };
    }
  }
  return first;
}
