/** What happens at a time instead of on a call: leases that run out, work after a restart, retention, the watchdog. */

import { attemptsAllowed } from "../core/retry.ts";
import { NEAR_MS, WATCHDOG_MS } from "./limits.ts";
import { Matcher } from "./matcher.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { expire } from "./outcomes.ts";
import { loadPositions } from "./positions.ts";
import { awaitRejected } from "./rejected.ts";
import { nextRetentionMs, passMs } from "./retention.ts";
import { type ChannelState, windowLimit } from "./state.ts";
import { purposeOf } from "./straggler.ts";

/** Rebuilds what a restart lost; attempts that were out then count as made. */
export function startAgain(state: ChannelState, context: OutcomeContext): void {
  const out = loadPositions(state);
  state.matcher = new Matcher(state.subscriptions.values());
  for (const subscription of state.subscriptions.values()) {
    subscription.catchUpAt(state.log.head);
    if (subscription.hasWork) state.busy.add(subscription);
  }
  state.retentionAtMs = nextRetentionMs(state);
  for (const { subscription, straggler } of out) {
    if (straggler.isRejected) {
      awaitRejected(context, subscription, straggler);
      continue;
    }
    if (straggler.attempts < attemptsAllowed(subscription.configuration.delivery)) continue;
    // Its last attempt was out: nobody knows how it went, and it has no other.
    expire(context, subscription, {
      unit: { kind: "straggler", straggler },
      number: context.nextLease(),
      attempt: straggler.attempts,
      purpose: purposeOf(straggler.state),
      leasedAtMs: straggler.dueAtMs,
      expiresAtMs: context.nowMs,
      lane: "",
    });
  }
  if (state.busy.size > 0 || state.retentionAtMs !== undefined) armAgain(state, context.nowMs);
}

export function alarmFired(state: ChannelState, context: OutcomeContext): void {
  state.alarmAtMs = undefined;
  if (state.retentionAtMs !== undefined && state.retentionAtMs <= context.nowMs) {
    state.isRetentionDue = true;
    state.changes.urgent = true;
  }
  // Before the rest, so that a handler that is killed is called again.
  armAgain(state, context.nowMs);
  for (const subscription of state.busy) {
    for (const lease of [...subscription.leases.values()]) {
      if (lease.expiresAtMs <= context.nowMs) expire(context, subscription, lease);
    }
  }
}

/** Arms the alarm outside of a commit. */
export function armAgain(state: ChannelState, nowMs: number): void {
  // Outcomes that storage has not been told of, and events that it may have and memory does not see yet: a crash now
  // must not leave them to a later alarm.
  if (!state.changes.isEmpty || state.buffer.bytes > 0) armAlarm(state, nowMs + WATCHDOG_MS, nowMs);
  armForWork(state, nowMs, false);
}

/** Arms the alarm for the earliest thing that is to happen, if it is not armed for an earlier one. */
export function armForWork(state: ChannelState, nowMs: number, appends: boolean): void {
  if (appends) state.retentionAtMs ??= passMs(nowMs, state.configuration.retentionMs);
  // A pass that waits for its commit is not asked for again every millisecond.
  let atMs = state.isRetentionDue ? nowMs + WATCHDOG_MS : (state.retentionAtMs ?? Number.POSITIVE_INFINITY);
  for (const subscription of state.busy) {
    if (!subscription.hasWork) continue;
    // What is not read yet may be due at once.
    const nextMs = subscription.canScan(windowLimit(state)) ? nowMs : subscription.nextAtMs();
    const [oldest] = subscription.leases.values();
    if (oldest !== undefined) atMs = Math.min(atMs, oldest.expiresAtMs);
    // What is near is waited for in memory; should that be lost, the watchdog looks.
    atMs = Math.min(atMs, nextMs > nowMs + NEAR_MS && oldest === undefined ? nextMs : nowMs + WATCHDOG_MS);
  }
  // Nothing is matched before it is durable, so an append counts as work.
  if (appends && state.subscriptions.size > 0) atMs = Math.min(atMs, nowMs + WATCHDOG_MS);
  if (Number.isFinite(atMs)) armAlarm(state, atMs, nowMs);
}

/** Moves the alarm to an earlier time; a later one stays, because it re-arms itself when it comes. */
function armAlarm(state: ChannelState, atMs: number, nowMs: number): void {
  const soonest = Math.max(Math.ceil(atMs), nowMs + 1);
  if (state.alarmAtMs !== undefined && state.alarmAtMs <= soonest && state.alarmAtMs > nowMs) return;
  state.alarmAtMs = soonest;
  state.ports.setAlarm(soonest);
}
