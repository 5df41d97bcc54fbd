/** With the weather healed and time given, nothing is left to do, and nobody is at work. */
import type { ChannelRecord } from "../channel-record.ts";
import type { Invariant } from "../invariant.ts";
import type { World } from "../world.ts";

/** While something waits to be written the alarm comes within this time, milliseconds. */
const WATCHDOG_MS = 5_000;
/** What is parked expires with what does so within a minute, or a tenth of its time, milliseconds. */
const SLACK_MS = 60_000;

export const liveness: Invariant = {
  name: "liveness",
  begin: (world) => {
    const expiries = new Map<ChannelRecord, Expiries>();
    return {
      written: (record, { tables }) => {
        const known = expiries.get(record) ?? { atMs: new Set(), passedMs: 0 };
        expiries.set(record, known);
        if (tables.has("segment-") || tables.has("straggler-")) known.passedMs = world.clock.nowMs;
        if (!tables.has("straggler") || record.applied === undefined) return undefined;
        const { parkedRetentionMs } = record.applied;
        const slackMs = Math.min(SLACK_MS, Math.ceil(parkedRetentionMs / 10));
        for (const { state, due_at } of record.stragglers) if (state === "parked") known.atMs.add(due_at + slackMs);
        return undefined;
      },
      finished: () => leftBehind(world, expiries),
    };
  },
};

interface Expiries {
  /** When what was ever parked was to expire: an alarm is never moved to a later time, it finds nothing when it comes. */
  readonly atMs: Set<number>;
  /** When something was last let go of: the pass is watched like other work that storage has not been told of. */
  passedMs: number;
}

function leftBehind(world: World, expiries: ReadonlyMap<ChannelRecord, Expiries>): string | undefined {
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
    const isComing = alarmAtMs !== undefined && alarmAtMs > world.clock.nowMs;
    const isExplained = isComing && isForExpiry(expiries.get(record), alarmAtMs);
    if (isComing && !isExplained && (retentionMs === undefined || alarmAtMs < retentionMs)) {
      return `${name} has an alarm in ${alarmAtMs - world.clock.nowMs} ms and nothing to do`;
    }
  }
  return undefined;
}

function isForExpiry(known: Expiries | undefined, alarmAtMs: number): boolean {
  return known !== undefined && (known.atMs.has(alarmAtMs) || alarmAtMs <= known.passedMs + WATCHDOG_MS);
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
