/** What the log lets go of: segments settled by all and expired, parked deliveries past their time, old journal rows. */
import { HELD_BACK_MS, KEY_RETENTION_MS, RETENTION_SEGMENTS } from "./limits.ts";
import type { ChannelState } from "./state.ts";

/** One bounded pass; returns when the next one is due, epoch milliseconds, or undefined while nothing is kept. */
export function retain(state: ChannelState, nowMs: number): number | undefined {
  return state.storage.transaction(() => {
    const segments = trimSegments(state, nowMs);
    const parked = expireParked(state, nowMs);
    state.storage.trimJournal(nowMs - state.configuration.retentionMs);
    return earliest(segments, parked);
  });
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
    if (row.blob !== null && !storage.stragglers.blobIsParked(row.blob)) storage.segments.deleteBlob(row.blob);
    // The newest segment stays, because it says where the sequence goes on.
    const stays = end === log.head || (row.keys !== null && row.accepted_at > until.keysMs);
    if (!stays) storage.segments.delete(row.first_seq);
    else if (row.bytes > 0) storage.segments.strip(row.first_seq);
  }
  log.forget();
  if (rows.length === RETENTION_SEGMENTS) return nowMs + 1;
  const body = storage.segments.oldestBody();
  const keys = storage.segments.oldestKeysAlone(log.head);
  return earliest(
    body === undefined ? undefined : body + retentionMs + 1,
    keys === undefined ? undefined : keys + Math.max(retentionMs, KEY_RETENTION_MS) + 1,
  );
}

function oldestNeeded(state: ChannelState): number {
  let oldest = state.log.head;
  for (const subscription of state.subscriptions.values()) {
    oldest = Math.min(oldest, subscription.oldestNeeded(state.log.head));
  }
  return oldest;
}

function expireParked(state: ChannelState, nowMs: number): number | undefined {
  const rows = state.storage.stragglers.expired(nowMs, RETENTION_SEGMENTS);
  for (const row of rows) {
    state.storage.stragglers.delete(row.id);
    const subscription = state.subscriptions.get(row.subscription);
    if (subscription !== undefined) {
      subscription.counters.discarded++;
      state.changes.positions.add(subscription.group);
    }
    if (row.blob !== null && !state.storage.stragglers.blobIsParked(row.blob))
      state.storage.segments.deleteBlob(row.blob);
    state.ports.log({ event: "delivery.expired", subscription: row.subscription, seq: row.seq });
  }
  return state.storage.stragglers.nextExpiry();
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : Math.min(one, other);
}
