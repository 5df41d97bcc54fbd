/** With the weather healed and time given, nothing is left to do, and nobody is at work. */
import type { ChannelRecord } from "../channel-record.ts";
import type { Invariant } from "../invariant.ts";
import type { World } from "../world.ts";

/** What is parked expires with what does so within a minute, or a tenth of its time, milliseconds. */
const SLACK_MS = 60_000;

export const liveness: Invariant = {
  name: "liveness",
  begin: (world) => {
    const expiries = new Map<ChannelRecord, Set<number>>();
    return {
      written: (record, { tables }) => {
        if (!tables.has("straggler") || record.applied === undefined) return undefined;
        const known = expiries.get(record) ?? new Set();
        expiries.set(record, known);
        const { parkedRetentionMs } = record.applied;
        const slackMs = Math.min(SLACK_MS, Math.ceil(parkedRetentionMs / 10));
        for (const { state, due_at } of record.stragglers) if (state === "parked") known.add(due_at + slackMs);
        return undefined;
      },
      finished: () => leftBehind(world, expiries),
    };
  },
};

/** `expiries`: when what was ever parked was to expire. */
function leftBehind(world: World, expiries: ReadonlyMap<ChannelRecord, ReadonlySet<number>>): string | undefined {
  if (world.couriers.running.size > 0) return `${world.couriers.running.size} couriers are still at work`;
  for (const record of world.ledger.records.values()) {
    const { name } = record.object;
    const wanted = world.controlPlane.wanted(name);
    if (wanted?.version !== record.applied?.version) return `${name} is not what was wanted of it`;
    for (const { uid, behind, inFlight, retrying } of record.finalStats) {
      if (behind + inFlight + retrying > 0) {
        return `${uid} of ${name} is ${behind} behind, with ${inFlight} out and ${retrying} retrying`;
      }
    }
    const unwritten = record.stragglers.find(({ state }) => state !== "parked");
    if (unwritten !== undefined) return `${unwritten.subscription} still has ${unwritten.seq} in its storage`;
    const { alarmAtMs } = record.object.disk;
    const retentionMs = nextRetentionMs(record);
    // One that is past has stuck; with nothing to do nobody needs it.
    const isPast = alarmAtMs === undefined || alarmAtMs <= world.clock.nowMs;
    // That of a delivery that was parked and is no more: an alarm is never moved to a later time, it finds nothing when it comes.
    const isComing = !isPast && expiries.get(record)?.has(alarmAtMs) !== true;
    if (isComing && (retentionMs === undefined || alarmAtMs < retentionMs)) {
      return `${name} has an alarm in ${alarmAtMs - world.clock.nowMs} ms and nothing to do`;
    }
  }
  return undefined;
}

/** When something in storage is past its time next. */
function nextRetentionMs({ view, applied }: ChannelRecord): number | undefined {
  if (!view.exists || applied === undefined) return undefined;
  const [segment] = view.rows<{ n: number | null }>("SELECT MIN(accepted_at) AS n FROM segment");
  const [parked] = view.rows<{ n: number | null }>("SELECT MIN(due_at) AS n FROM straggler WHERE state = 'parked'");
  const times = [
    segment?.n == null ? [] : [segment.n + applied.retentionMs],
    parked?.n == null ? [] : [parked.n],
  ].flat();
  return times.length === 0 ? undefined : Math.min(...times);
}
