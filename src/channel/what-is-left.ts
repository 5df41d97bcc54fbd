/** What a channel has left to deliver. */
import type { ChannelState } from "./state.ts";

export interface Left {
  /** Deliveries that have not ended, and events that nobody has looked at yet. */
  readonly unsettled: number;
  readonly parked: number;
}

/** What keeps a channel that drains. Parked deliveries count: they wait for a person, and go with their channel. */
export function whatIsLeft(state: ChannelState): Left {
  const { unsettled, parked } = whatHasNotEnded(state);
  const left = unsettled + state.buffer.events;
  // A commit is under way, or outcomes wait for one: a crash now would bring them back.
  const isWritten = state.buffer.bytes === 0 && state.changes.isEmpty;
  return { unsettled: left === 0 && !isWritten ? 1 : left, parked };
}

/** What a channel that is wiped takes along, of the events it has accepted. */
export function whatHasNotEnded(state: ChannelState): Left {
  let unsettled = 0;
  for (const subscription of state.subscriptions.values()) {
    const unread = subscription.reading.unreadBelow(state.log.head);
    unsettled += [...subscription.window.unsettled()].length + subscription.stragglers.size + unread;
  }
  let parked = state.storage.stragglers.parkedCount();
  for (const row of state.changes.stragglers.values()) if (row !== "deleted" && row.state === "parked") parked++;
  return { unsettled, parked };
}
