/** What the rules of outcomes need of the channel around them. */
import type { Changes } from "./changes.ts";
import type { Note } from "./journal-entry.ts";
import type { Straggler } from "./straggler.ts";
import type { Subscription } from "./subscription.ts";

export interface OutcomeContext {
  readonly changes: Changes;
  readonly nowMs: number;
  readonly random: () => number;
  readonly nextStragglerId: () => number;
  readonly nextLease: () => number;
  /** Writes the parked row with a copy of the event. */
  readonly park: (subscription: Subscription, straggler: Straggler) => void;
  /** Appends a reply in the commit that settles, and says where it will be, or that it was dropped. */
  readonly appendReply: (subscription: Subscription, reply: Uint8Array) => Note;
  /** Of an event in the log; undefined where the subscription is unordered. */
  readonly orderingKey: (subscription: Subscription, seq: number) => string | undefined;
}
