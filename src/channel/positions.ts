/**
 * Positions in storage: subscriptions in groups, one row a group, so that a channel with many subscriptions writes
 * one row for what changed and not one each. `scanned` is shared: an idle subscription stands there.
 */

import { noCounts } from "./counters.ts";
import { STALE_POSITION_EVENTS } from "./limits.ts";
import type { ChannelState } from "./state.ts";
import type { Straggler } from "./straggler.ts";
import { stragglerFromRow } from "./straggler.ts";
import { type Position, Subscription } from "./subscription.ts";

/** Subscriptions of a group; their rows stay far below the row limit even with full windows. */
const GROUP_SIZE = 32;

interface GroupBody {
  readonly scanned: number;
  readonly positions: Readonly<Record<string, Position>>;
}

/** Rebuilds the subscriptions of the stored configuration; returns stragglers whose attempt was out at the crash. */
export function loadPositions(state: ChannelState): { subscription: Subscription; straggler: Straggler }[] {
  const known = new Map<string, { group: number; position: Position; scanned: number }>();
  for (const row of state.storage.positions()) {
    const body: GroupBody = JSON.parse(row.body);
    state.storedScanned.set(row.id, body.scanned);
    for (const [uid, position] of Object.entries(body.positions)) {
      known.set(uid, { group: row.id, position, scanned: body.scanned });
    }
  }
  for (const configuration of state.configuration.subscriptions) {
    const found = known.get(configuration.uid);
    if (found === undefined) continue;
    const subscription = new Subscription(configuration, found.group, found.position, found.scanned);
    state.subscriptions.set(subscription.uid, subscription);
  }
  const out: { subscription: Subscription; straggler: Straggler }[] = [];
  for (const row of state.storage.stragglers.active()) {
    const subscription = state.subscriptions.get(row.subscription);
    if (subscription === undefined) continue;
    const straggler = stragglerFromRow(row, row.copied === 1);
    subscription.addStraggler(straggler);
    if (row.leased !== 0) out.push({ subscription, straggler });
  }
  return out;
}

/** A group with room for one more subscription. */
export function groupWithRoom(state: ChannelState): number {
  const sizes = new Map<number, number>();
  for (const subscription of state.subscriptions.values()) {
    sizes.set(subscription.group, (sizes.get(subscription.group) ?? 0) + 1);
  }
  let group = 1;
  while ((sizes.get(group) ?? 0) >= GROUP_SIZE) group++;
  return group;
}

export function newPosition(epoch: number, next: number): Position {
  return { epoch, next, done: [], leased: 0, counters: noCounts() };
}

/** Writes the groups that changed, and those whose idle position a restart would have to scan too far from. */
export function writePositions(state: ChannelState): void {
  const groups = new Set(state.changes.positions);
  for (const [group, scanned] of state.storedScanned) {
    if (state.log.head - scanned > STALE_POSITION_EVENTS) groups.add(group);
  }
  if (groups.size === 0) return;
  const positions = new Map<number, Record<string, Position>>();
  for (const group of groups) positions.set(group, {});
  for (const subscription of state.subscriptions.values()) {
    const body = positions.get(subscription.group);
    if (body !== undefined) body[subscription.uid] = subscription.position();
  }
  for (const [group, body] of positions) {
    if (Object.keys(body).length === 0) {
      state.storage.deletePosition(group);
      state.storedScanned.delete(group);
    } else {
      const stored: GroupBody = { scanned: state.log.head, positions: body };
      state.storage.putPosition(group, JSON.stringify(stored));
      state.storedScanned.set(group, state.log.head);
    }
  }
}
