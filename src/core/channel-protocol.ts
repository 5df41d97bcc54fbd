/**
 * What crosses between ingress, couriers, control plane and channels: plain objects and bytes only, because RPC
 * carries no class instances. Neighbours one version apart must understand each other, so fields are only added.
 */
import type { ChannelName } from "./channel-name.ts";
import type { AttributeValue } from "./event.ts";
import type { FilterExpression } from "./filters/filter-expression.ts";
import type { OperatorAnswer, OperatorRequest } from "./operator-protocol.ts";

/** Where an event can be sent. `url` is what `knativeerrordest` and status show; `binding` the Worker that answers to it. */
export type Target =
  | { readonly kind: "url"; readonly url: string; readonly binding?: string }
  | { readonly kind: "channel"; readonly name: ChannelName; readonly url: string };

/** Knative's delivery spec, resolved: durations in milliseconds, inheritance applied. */
export interface DeliveryPolicy {
  /** Extra attempts after the first, 0 or more. */
  readonly retry: number;
  readonly backoffPolicy?: "linear" | "exponential";
  readonly backoffDelayMs?: number;
  readonly backoffMaxMs: number;
  readonly timeoutMs: number;
  /** Longest Retry-After that is honoured; 0 ignores the header. */
  readonly retryAfterMaxMs: number;
  readonly format: "binary" | "json";
  readonly deadLetterSink?: Target;
}

/** Where a new subscription begins to read. `position` is an opaque position of this channel's log. */
export type StartFrom =
  | { readonly kind: "latest" | "earliest" }
  | { readonly kind: "position"; readonly position: string }
  | { readonly kind: "time"; readonly timeMs: number };

/** What becomes of a subscriber's reply. */
export type ReplyGoal =
  /** Appended to the channel that delivered the event (Broker). */
  | { readonly kind: "channel-itself" }
  /** Passed on to another channel or a URL (Subscription with `reply`, a step of a Sequence). */
  | { readonly kind: "target"; readonly target: Target }
  /** Dropped (Subscription without `reply`). */
  | { readonly kind: "none" };

export interface SubscriptionConfiguration {
  /** Uid of the Trigger or Subscription; a re-created resource is another subscription. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly filter: FilterExpression;
  readonly subscriber: Target;
  readonly reply: ReplyGoal;
  readonly delivery: DeliveryPolicy;
  readonly ordering: "ordered" | "unordered";
  readonly maxConcurrency?: number;
  readonly ratePerSecond?: number;
  /** Failures in a row that open the breaker. */
  readonly breakerFailures: number;
  readonly startFrom: StartFrom;
  /** Keeps its place and delivers nothing: the resource exists but is not Ready (an unresolvable ref, a broken filter). */
  readonly paused?: boolean;
}

/** Who may post over HTTP. A call without a `caller` was let in elsewhere and is not asked for a token. */
export type ChannelIngress =
  | { readonly kind: "public" }
  /** Only with one of these tokens (see access-token.ts). */
  | { readonly kind: "tokens"; readonly digests: readonly string[] };

export interface ChannelConfiguration {
  readonly uid: string;
  /** The control plane's own counter; an older version than the stored one changes nothing. */
  readonly version: number;
  readonly hash: string;
  readonly retentionMs: number;
  readonly parkedRetentionMs: number;
  /** What producers post is deduplicated on `source` and `id` within this time. */
  readonly dedupMs?: number;
  /** Absent in what an older version pushed: nobody is let in by it. */
  readonly ingress?: ChannelIngress;
  /** To be retired: takes nothing from producers, only what other channels hand over, until all is settled. */
  readonly draining?: boolean;
  readonly subscriptions: readonly SubscriptionConfiguration[];
}

export interface ConfigureAnswer {
  /** The version now stored; higher than the pushed one if this push was late. */
  readonly version: number;
  readonly hash: string;
  readonly uid: string;
}

/** One producer's call: its events are accepted all or none. */
export interface AppendCall {
  /** Lengths in bytes of its encoded events, in order. */
  readonly lengths: readonly number[];
  /** Deduplication key with the prefix of its origin, see `core/idempotency.ts`. */
  readonly key?: string;
  /** Digest of its producer's token, empty without one; absent for who needs no leave: couriers, webhooks, open mode, admins. */
  readonly caller?: string;
}

/** Several producers' calls, coalesced into one request. */
export interface AppendRequest {
  /** All encoded events, one after another, in a buffer of their own. Without any, the calls ask whether they may post. */
  readonly bytes: Uint8Array;
  readonly calls: readonly AppendCall[];
  /** The caller is a courier that goes on to serve this channel if it is wanted. */
  readonly offersCourier?: boolean;
}

export type AppendAnswer =
  | {
      readonly kind: "accepted";
      readonly calls: readonly AppendedCall[];
      /** The offer is taken: the channel wakes nobody for its shared lane and counts on the caller. */
      readonly wantsCourier?: boolean;
    }
  | { readonly kind: "not-found" }
  | { readonly kind: "overloaded"; readonly retryAfterMs: number };

export type AppendedCall = StoredCall | RefusedCall;

export interface StoredCall {
  readonly kind: "stored";
  readonly duplicate: boolean;
  /** Opaque position of the call's first event. */
  readonly position: string;
}

/** None of the call's events is stored; its neighbours' are. */
export interface RefusedCall {
  readonly kind: "refused";
  /** The caller may not publish here; or the channel has not been told yet who may. */
  readonly why: "caller" | "not-told";
}

/** What an attempt sends: the event to its subscriber, the subscriber's reply to where replies go, or the event to the sink. */
export type Purpose = "deliver" | "reply" | "dead-letter";

/** Names one attempt; outcomes whose token is not valid any more change nothing. */
export interface Token {
  readonly subscription: string;
  readonly epoch: number;
  readonly seq: number;
  readonly attempt: number;
  readonly purpose: Purpose;
  /** The lease that the attempt is made by: attempts may be counted from one again, leases never. Couriers return it. */
  readonly lease: number;
}

export type Outcome = DeliveredOutcome | FailedOutcome;

export interface DeliveredOutcome {
  readonly kind: "delivered";
  readonly status: number;
  /** Encoded reply event (see event-codec), hops not yet counted down; absent once it has been passed on. */
  readonly reply?: Uint8Array;
  /** The courier has passed the reply on to its target. */
  readonly replied?: boolean;
  /** Why it could not; `reply` is there for the channel to keep. */
  readonly replyFailure?: FailedOutcome;
  /** The 2xx answer had a body that is no CloudEvent: a success without a reply, but a visible one. */
  readonly unusableReply?: boolean;
  /** Handed nowhere because the event had no hop left. */
  readonly hopsExhausted?: boolean;
}

export interface FailedOutcome {
  readonly kind: "failed";
  /** HTTP status, or undefined when there was no answer (connection error, timeout). */
  readonly status?: number;
  /** From a Retry-After header on this answer. */
  readonly retryAfterMs?: number;
  /** Base64 of at most the first 768 bytes of the answer, or of the error text. */
  readonly errorData: string;
  /** Short text for people: `503`, `no answer within 30000 ms`, `no answer: connection refused`. */
  readonly reason: string;
}

export interface Settlement {
  readonly token: Token;
  readonly outcome: Outcome;
  /** Time from sending to the end of the answer, milliseconds. */
  readonly tookMs: number;
}

/** The lane that all healthy subscriptions share; other lanes are named by a subscription's uid. */
export const SHARED_LANE = "shared";

export interface LeaseRequest {
  readonly lane: string;
  readonly settlements: readonly Settlement[];
  /** Deliveries the courier can start now; 0 reports outcomes only. */
  readonly capacity: number;
  /** How long the channel may hold this call open while it has nothing to lease. */
  readonly holdMs: number;
}

/** How to make a delivery; shared by all deliveries of a lease that go the same way. */
export interface Route {
  readonly target: Target;
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly format: "binary" | "json";
  /** Send `Prefer: reply` and read a CloudEvent out of the answer. */
  readonly wantsReply: boolean;
  /** The reply goes nowhere: whatever a 2xx answer says, the delivery has succeeded. */
  readonly dropsReply?: boolean;
  /** Where the reply goes; absent where the channel itself sees to it. */
  readonly replyTo?: Target;
}

export type LeasedEvent =
  | { readonly kind: "inline"; readonly start: number; readonly end: number }
  /** Too large for the lease: head inline, data read part by part with `readPart(blob, part)`. */
  | {
      readonly kind: "chunked";
      readonly start: number;
      readonly end: number;
      readonly blob: number;
      readonly parts: number;
      readonly dataBytes: number;
    };

export interface Delivery {
  readonly token: Token;
  /** Index into `events`. */
  readonly event: number;
  /** Index into `routes`. */
  readonly route: number;
  /** Attributes to add: the error extensions of a dead letter. */
  readonly extensions?: Readonly<Record<string, AttributeValue>>;
}

export interface LeaseAnswer {
  readonly deliveries: readonly Delivery[];
  readonly routes: readonly Route[];
  readonly events: readonly LeasedEvent[];
  /** The encoded events that `events` point into, in a buffer of their own. */
  readonly bytes: Uint8Array;
  /** Ask again at once: the scan or the bounds of this answer ended before the work did. */
  readonly more: boolean;
  /** When nothing can be leased although work exists: epoch milliseconds of the next chance. */
  readonly nextAtMs?: number;
}

export type RetireAnswer =
  | { readonly kind: "retired" }
  /** Deliveries that have not ended, and parked ones, which a person redrives or discards. */
  | { readonly kind: "draining"; readonly unsettled: number; readonly parked: number }
  /** A later configuration has come, and it stays. */
  | { readonly kind: "outdated"; readonly version: number };

/** RPC surface of a channel object. */
export interface ChannelPort {
  append(request: AppendRequest): Promise<AppendAnswer>;
  lease(request: LeaseRequest): Promise<LeaseAnswer>;
  /** Bytes of one part of a chunked event's data, or undefined once the event is gone. */
  readPart(blob: number, part: number): Promise<Uint8Array | undefined>;
  configure(configuration: ChannelConfiguration): Promise<ConfigureAnswer>;
  /** Deletes the channel and leaves a tombstone against pushes up to this version. */
  remove(uid: string, version: number): Promise<void>;
  /** As `remove`, once nothing is left to deliver; asked again until then. */
  retire(uid: string, version: number): Promise<RetireAnswer>;
  operate(request: OperatorRequest): Promise<OperatorAnswer>;
}

/** RPC surface of the courier entry point: serves the lane until nothing is left. */
export interface CourierPort {
  run(channel: ChannelName, lane: string): Promise<void>;
}
