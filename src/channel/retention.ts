/** What the log lets go of: segments settled by all and expired, parked deliveries past their time, old journal rows. */
import { positionText } from "../core/positions.ts";
import { discardedEntry } from "./journal-entry.ts";
import { HELD_BACK_MS, KEY_RETENTION_MS, RETENTION_SEGMENTS, RETENTION_SLACK_MS } from "./limits.ts";
import type { ChannelState } from "./state.ts";
import { deleteStraggler } from "./write-stragglers.ts";

/**
 * One pass, inside the commit that has just written what changed of the stragglers: what memory parked a moment ago
 * must be in storage before its chunks are asked for.
 */
export function retain(state: ChannelState, nowMs: number): void {
  state.isRetentionDue = false;
  const segments = trimSegments(state, nowMs);
  expireParked(state, nowMs);
  state.storage.trimJournal(nowMs - state.configuration.retentionMs);
  state.retentionAtMs = earliest(segments, nextParkedMs(state, nowMs));
}

/** When the next pass is due by what is stored, epoch milliseconds; undefined while nothing is kept. */
export function nextRetentionMs(state: ChannelState): number | undefined {
  return earliest(nextSegmentMs(state), nextParkedMs(state, 0));
}

function trimSegments(state: ChannelState, nowMs: number): number | undefined {
  const { storage, log } = state;
  const { retentionMs } = state.configuration;
  const needed = oldestNeeded(state);
  const until = { bodyMs: nowMs - retentionMs, keysMs: nowMs - Math.max(retentionMs, KEY_RETENTION_MS) };
  const rows = storage.segments.expired(until, RETENTION_SEGMENTS);
  for (const row of rows) {
    const end = row.first_seq + row.count;
    // Held back by a subscription that has not settled it: look again when it may have.
    if (end > needed) return nowMs + Math.min(retentionMs, HELD_BACK_MS);
    if (row.blob !== null && !storage.stragglers.holdsBlob(row.blob)) storage.segments.deleteBlob(row.blob);
    // The newest segment stays, because it says where the sequence goes on.
    const stays = end === log.head || (row.keys !== null && row.accepted_at > until.keysMs);
    if (!stays) storage.segments.delete(row.first_seq);
    else if (row.bytes > 0) storage.segments.strip(row.first_seq);
  }
  log.forget();
  if (rows.length >= RETENTION_SEGMENTS) return nowMs + 1;
  return nextSegmentMs(state);
}

function nextSegmentMs({ storage, log, configuration }: ChannelState): number | undefined {
  const { retentionMs } = configuration;
  const body = storage.segments.oldestBodyMs();
  const keys = storage.segments.oldestKeysAlone(log.head);
  return earliest(
    body === undefined ? undefined : passMs(body, retentionMs),
    keys === undefined ? undefined : passMs(keys, Math.max(retentionMs, KEY_RETENTION_MS)),
  );
}

/** What has expired already, because a pass ended at its bound, is due at `nowMs`. */
function nextParkedMs({ storage, configuration }: ChannelState, nowMs: number): number | undefined {
  const expiryMs = storage.stragglers.nextExpiry();
  if (expiryMs === undefined || expiryMs <= nowMs) return expiryMs;
  return expiryMs + slackMs(configuration.parkedRetentionMs);
}

/** Parked a moment ago: its expiry may come before anything else does. */
export function parkedUntil(state: ChannelState, expiryMs: number): void {
  const passAtMs = expiryMs + slackMs(state.configuration.parkedRetentionMs);
  state.retentionAtMs = earliest(state.retentionAtMs, passAtMs);
}

/** When a pass is made for what was accepted at `acceptedMs`, epoch milliseconds: never before it has expired. */
export function passMs(acceptedMs: number, retentionMs: number): number {
  return acceptedMs + retentionMs + 1 + slackMs(retentionMs);
}

function slackMs(retentionMs: number): number {
  return Math.min(RETENTION_SLACK_MS, Math.ceil(retentionMs / 10));
}

function oldestNeeded(state: ChannelState): number {
  let oldest = state.log.head;
  for (const subscription of state.subscriptions.values()) {
    oldest = Math.min(oldest, subscription.oldestNeeded(state.log.head));
  }
  return oldest;
}

function expireParked(state: ChannelState, nowMs: number): void {
  const rows = state.storage.stragglers.expired(nowMs, RETENTION_SEGMENTS);
  for (const row of rows) {
    deleteStraggler(state, row.id);
    const subscription = state.subscriptions.get(row.subscription);
    if (subscription !== undefined) {
      subscription.counters.discarded++;
      const act = { atMs: nowMs, note: "parked-too-long" } as const;
      state.changes.journal.push(discardedEntry(subscription, row.seq, act));
      state.changes.positions.add(subscription.group);
    }
    state.ports.log({ event: "delivery.expired", subscription: row.subscription, position: positionText(row.seq) });
  }
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : Math.min(one, other);
}
