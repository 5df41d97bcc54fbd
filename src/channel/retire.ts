/** Whether a channel has anything left to deliver. */
import type { ChannelState } from "./state.ts";

export interface Left {
  /** Deliveries that have not ended, and events that nobody has looked at yet. */
  readonly unsettled: number;
  readonly parked: number;
}

/** Parked deliveries count: they wait for a person, and go with their channel. */
export function whatIsLeft(state: ChannelState): Left {
  let unsettled = state.buffer.events;
  for (const subscription of state.subscriptions.values()) {
    const unread = subscription.caughtUp ? 0 : state.log.head - subscription.scannedTo;
    unsettled += [...subscription.window.unsettled()].length + subscription.stragglers.size + unread;
  }
  // A commit is under way, or outcomes wait for one: a crash now would bring them back.
  if (unsettled === 0 && (state.buffer.bytes > 0 || !state.changes.isEmpty)) unsettled = 1;
  return { unsettled, parked: state.storage.stragglers.parkedCount() };
}
