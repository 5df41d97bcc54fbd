/** What is parked stays for its time, and not for much longer: expiry is an end like others, and counted (see "nothing lost"). */
import type { ChannelRecord } from "../channel-record.ts";
import type { StoredStraggler } from "../disk-view.ts";
import type { Invariant } from "../invariant.ts";
import type { World } from "../world.ts";

/** What is parked is written within this time, with what a slow disk takes for the commit before it and its own, milliseconds. */
const FLUSH_MS = 27;
/** A pass waits for more to expire for a minute at most, or a tenth of the retention, milliseconds. */
const SLACK_MS = 60_000;
/** And is looked for again after this, milliseconds. */
const WATCHDOG_MS = 10_000;

export const expiry: Invariant = {
  name: "expiry",
  begin: (world) => ({
    expired: (_, parked) => {
      const { nowMs } = world.clock;
      if (parked === undefined || parked.due_at <= nowMs) return undefined;
      return `${nameOf(parked)} expired ${parked.due_at - nowMs} ms before its time`;
    },
    written: (record, { tables, stragglersBefore }) => {
      if (!tables.has("straggler") || record.applied === undefined) return undefined;
      const before = new Set(stragglersBefore.filter(({ state }) => state === "parked").map(({ id }) => id));
      const earliestMs = world.clock.nowMs + record.applied.parkedRetentionMs - FLUSH_MS - 3 * world.storm.diskMs;
      const short = record.stragglers.find(
        ({ id, state, due_at }) => state === "parked" && !before.has(id) && due_at < earliestMs,
      );
      return short && `${nameOf(short)} is parked until ${earliestMs - short.due_at} ms before its time`;
    },
    finished: () => {
      // An alarm that has stuck stays so until somebody moves it.
      if (world.storm.stuckAlarms > 0) return undefined;
      for (const record of world.ledger.records.values()) {
        const kept = overdue(world, record);
        if (kept !== undefined) return `${nameOf(kept)} expired ${world.clock.nowMs - kept.due_at} ms ago and is kept`;
      }
      return undefined;
    },
  }),
};

function overdue({ clock }: World, { stragglers, applied }: ChannelRecord): StoredStraggler | undefined {
  if (applied === undefined) return undefined;
  const slackMs = Math.min(SLACK_MS, applied.parkedRetentionMs / 10) + WATCHDOG_MS;
  return stragglers.find(({ state, due_at }) => state === "parked" && due_at + slackMs < clock.nowMs);
}

function nameOf({ subscription, seq }: StoredStraggler): string {
  return `${seq} of ${subscription}`;
}
