/**
 * What one channel says of an event when it is asked for a trace. The control plane puts a trace together from the answers of
 * several channels (`control-plane/traces`), following the hand-overs that each names. An event's data is never in it.
 */
import type { ChannelName } from "./channel-name.ts";
import type { Purpose } from "./channel-protocol.ts";
import type { Attributes } from "./event.ts";
import type { Rejection } from "./filters/clause.ts";

export interface TraceRequest {
  readonly verb: "trace";
  readonly sought: Sought;
}

export type Sought =
  /** Wherever it is in the log, newest first, accepted within these times, epoch milliseconds. */
  | {
      readonly kind: "event";
      readonly source: string;
      readonly id: string;
      readonly fromMs?: number;
      readonly toMs?: number;
    }
  /** What other channels handed over, by the keys of the hand-overs, and what replies became, by their positions. */
  | { readonly kind: "places"; readonly keys: readonly string[]; readonly positions: readonly string[] };

export interface ChannelTrace {
  readonly events: readonly TracedEvent[];
  /** What was read of the log to find them. */
  readonly read: { readonly events: number; readonly bytes: number };
  /** Sentences about the limits that cut the answer short; empty when it is whole. */
  readonly limits: readonly string[];
}

export interface TracedEvent {
  readonly position: string;
  /** RFC 3339, as every time here. */
  readonly acceptedAt: string;
  /** Of the hand-over that brought it. */
  readonly key?: string;
  /** `id`, `source`, `type`, `subject` and `time`, as far as it has them. */
  readonly attributes: Attributes;
  readonly subscriptions: readonly TracedDelivery[];
}

/** One event and one subscription. */
export type TracedDelivery = TracedState & {
  readonly subscription: string;
  readonly name: string;
  /** The URL of where the subscription delivers to. */
  readonly subscriber: string;
  /** What the filter of today says, which may not be the one that the event met. */
  readonly filter: { readonly passes: boolean; readonly rejectedBy?: readonly Rejection[] };
  /** Attempts before those that are shown. */
  readonly earlierAttempts?: number;
  /** The newest of those that the journal tells of, oldest first. */
  readonly attempts: readonly TracedAttempt[];
  readonly sent: readonly Sent[];
};

export type TracedState =
  /** It does not pass the filter, and nothing says that it ever did. */
  | { readonly state: "rejected" }
  | { readonly state: "waiting"; readonly paused?: boolean }
  | {
      readonly state: "leased";
      readonly purpose: Purpose;
      readonly attempt: number;
      readonly since: string;
      readonly lastFailure?: TracedFailure;
    }
  | {
      readonly state: "retrying" | "replying" | "dead-lettering";
      readonly nextAt: string;
      readonly lastFailure?: TracedFailure;
    }
  | { readonly state: "delivered" | "dead-lettered" }
  | { readonly state: "parked"; readonly expiresAt: string; readonly lastFailure?: TracedFailure }
  | { readonly state: "discarded"; readonly because: string }
  | { readonly state: "unknown"; readonly because: string };

/** A failure without what its receiver answered, which may repeat the event. */
export interface TracedFailure {
  readonly destination: string;
  readonly status?: number;
  readonly reason: string;
  readonly at: string;
}

export interface TracedAttempt {
  readonly purpose: string;
  readonly attempt: number;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly tookMs: number;
  readonly at: string;
  /** What it led to, where the status does not say it. */
  readonly note?: string;
}

/** What left the channel for another place, or came back into it as a reply. */
export type Sent =
  /** A reply, in the log of the same channel. */
  | { readonly kind: Purpose; readonly to: "same-channel"; readonly position: string }
  | {
      readonly kind: Purpose;
      readonly to: "channel";
      readonly channel: ChannelName;
      /** One for each epoch of the subscription that is known: the event is there under one of them, or was not sent. */
      readonly keys: readonly string[];
      /** The journal tells that it was sent. */
      readonly isCertain: boolean;
    }
  | { readonly kind: Purpose; readonly to: "url"; readonly url: string };
