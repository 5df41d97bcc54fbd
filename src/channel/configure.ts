/** Applies a configuration pushed by the control plane. Late pushes change nothing; another uid wipes first. */
import type { ChannelConfiguration, ConfigureAnswer } from "../core/channel-protocol.ts";
import { checkFilter } from "../core/filters/filter.ts";
import { IngressGuard } from "./ingress-guard.ts";
import { startSeq } from "./log-place.ts";
import { Matcher } from "./matcher.ts";
import { orderingKeyAt } from "./ordering-key.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { groupWithRoom, newPosition, writePositions } from "./positions.ts";
import { judgeAgain } from "./rejected.ts";
import { nextRetentionMs } from "./retention.ts";
import { type ChannelState, newEpoch } from "./state.ts";
import type { ChannelStorage, Identity } from "./storage.ts";
import { stragglerRow } from "./straggler.ts";
import { Subscription } from "./subscription.ts";
import { writeStragglers } from "./write-stragglers.ts";

/** Of stragglers that are looked through. */
const ROWS_AT_ONCE = 500;

/** Whether the push is newer than what is stored; versions are one counter for all uids of a name. */
export function isNews(identity: Identity | undefined, configuration: ChannelConfiguration): boolean {
  return identity === undefined || configuration.version > identity.version;
}

export function answerFor({ version, hash, uid }: Identity): ConfigureAnswer {
  return { version, hash, uid };
}

/** Storage of a channel that is new, or that belonged to another uid. */
export function takeOver(storage: ChannelStorage, name: string, configuration: ChannelConfiguration): void {
  storage.transaction(() => {
    storage.wipe();
    storage.setIdentity({ ...identityOf(name, configuration), version: 0 });
    storage.setConfiguration(JSON.stringify({ ...configuration, subscriptions: [] }));
  });
}

/** The same channel with other subscriptions, in one transaction. */
export function applyConfiguration(
  state: ChannelState,
  context: OutcomeContext,
  configuration: ChannelConfiguration,
): void {
  const { storage } = state;
  storage.transaction(() => {
    const wanted = new Map(configuration.subscriptions.map((each) => [each.uid, each]));
    drop(
      state,
      [...state.subscriptions.values()].filter(({ uid }) => !wanted.has(uid)),
    );
    for (const each of configuration.subscriptions) {
      const known = state.subscriptions.get(each.uid);
      if (known === undefined) {
        const position = newPosition(newEpoch(state), startSeq(state, each.startFrom));
        const subscription = new Subscription(each, groupWithRoom(state), position, state.log.head);
        state.subscriptions.set(each.uid, subscription);
        state.changes.positions.add(subscription.group);
      } else {
        reconfigure(state, context, { subscription: known, configuration: each });
      }
    }
    state.identity = identityOf(state.identity.name, configuration);
    storage.setIdentity(state.identity);
    storage.setConfiguration(JSON.stringify(configuration));
    state.configuration = configuration;
    writePositions(state);
    writeStragglers(state);
  });
  state.changes.written();
  state.retentionAtMs = nextRetentionMs(state);
  for (const subscription of state.subscriptions.values()) {
    subscription.catchUpAt(state.log.head);
    if (subscription.hasWork) state.busy.add(subscription);
  }
  state.guard = new IngressGuard(configuration.ingress);
  state.matcher = new Matcher(state.subscriptions.values());
}

/** Deletion discards what is not settled, and counts it. */
function drop(state: ChannelState, removed: readonly Subscription[]): void {
  if (removed.length === 0) return;
  const discarded = new Map(
    removed.map(({ uid, window, stragglers }) => [uid, [...window.unsettled()].length + stragglers.size]),
  );
  const discard = (uid: string) => discarded.set(uid, (discarded.get(uid) ?? 0) + 1);
  for (let after = 0, more = true; more; ) {
    const rows = state.storage.stragglers.after(after, ROWS_AT_ONCE);
    for (const row of rows.filter(({ subscription }) => discarded.has(subscription))) {
      // What waits for a commit is counted as it is by now.
      const waiting = state.changes.stragglers.get(row.id) ?? row;
      if (waiting !== "deleted" && waiting.state === "parked") discard(row.subscription);
      state.changes.deleteStraggler(row.id);
    }
    after = rows.at(-1)?.id ?? after;
    more = rows.length === ROWS_AT_ONCE;
  }
  // Those that no commit has written yet, parked ones too.
  for (const [id, row] of state.changes.stragglers) {
    if (row === "deleted" || !discarded.has(row.subscription)) continue;
    if (row.state === "parked") discard(row.subscription);
    state.changes.deleteStraggler(id);
  }
  for (const subscription of removed) forget(state, subscription, discarded.get(subscription.uid) ?? 0);
}

function forget(state: ChannelState, subscription: Subscription, discarded: number): void {
  state.lanes.remove(subscription);
  state.busy.delete(subscription);
  state.subscriptions.delete(subscription.uid);
  state.changes.positions.add(subscription.group);
  state.ports.log({
    event: "subscription.removed",
    subscription: subscription.uid,
    name: subscription.configuration.name,
    discarded,
    unread: subscription.reading.unreadBelow(state.log.head),
  });
}

/** A changed filter judges again what is known: see rejected.ts. */
function reconfigure(
  state: ChannelState,
  context: OutcomeContext,
  { subscription, configuration }: { subscription: Subscription; configuration: Subscription["configuration"] },
): void {
  const before = subscription.configuration;
  const filterChanged = JSON.stringify(configuration.filter) !== JSON.stringify(before.filter);
  if (configuration.ordering === "ordered") giveKeys(state, subscription);
  subscription.configure(configuration, state.log.head);
  if (!filterChanged && !awaitsFilter(before)) return;
  // An idle position that storage has from earlier would give the new filter what the old one let pass by.
  state.changes.positions.add(subscription.group);
  if (!awaitsFilter(configuration)) judgeAgain(state, context, subscription);
}

/** Paused with a filter that cannot be used: all that is not delivered waits for the one that will be, and that one judges. */
function awaitsFilter({ paused, filter }: Subscription["configuration"]): boolean {
  return paused === true && checkFilter(filter) !== undefined;
}

/** What has failed or is out when a subscription becomes ordered holds the key of its event like any other. */
function giveKeys(state: ChannelState, subscription: Subscription): void {
  if (subscription.configuration.ordering === "ordered") return;
  for (const straggler of subscription.stragglers.values()) {
    if (straggler.isCopied || straggler.orderingKey !== undefined) continue;
    straggler.orderingKey = orderingKeyAt(state.log, "ordered", straggler.seq);
    const isOut = subscription.leases.has(straggler.seq);
    state.changes.putStraggler(stragglerRow(straggler, isOut), { urgent: false });
  }
}

function identityOf(name: string, { uid, version, hash }: ChannelConfiguration): Identity {
  return { name, uid, version, hash, removed: false };
}
