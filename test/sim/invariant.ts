/** What an invariant is told; it answers with what is wrong, or with nothing. */
import type { ChannelName } from "../../src/core/channel-name.ts";
import type {
  DeliveredOutcome,
  Delivery,
  LeaseAnswer,
  LeaseRequest,
  RetireAnswer,
  Route,
  Settlement,
  Token,
} from "../../src/core/channel-protocol.ts";
import type { CallAnswer } from "../../src/ingress/coalesce.ts";
import type { Account, Reading } from "./account.ts";
import type { Change, ChannelRecord, Tenancy } from "./channel-record.ts";
import type { Courier } from "./couriers.ts";
import type { LoggedEvent, StoredStraggler } from "./disk-view.ts";
import type { Message } from "./message.ts";
import type { Post } from "./producers.ts";
import type { World } from "./world.ts";

/** A delivery that leaves a channel. */
export interface LeaseFact {
  readonly record: ChannelRecord;
  readonly tenancy: Tenancy;
  readonly account: Account;
  readonly reading: Reading | undefined;
  readonly event: LoggedEvent | undefined;
  readonly delivery: Delivery;
  readonly route: Route;
  /** Id in the bytes that the lease carries. */
  readonly id: string;
  readonly nowMs: number;
}

export interface AnswerFact {
  readonly record: ChannelRecord;
  readonly request: LeaseRequest;
  readonly answer: LeaseAnswer;
}

/** A delivery was reported as delivered, and ends by it. */
export interface EndFact {
  readonly record: ChannelRecord;
  readonly account: Account;
  readonly token: Token;
  readonly outcome: DeliveredOutcome;
  readonly event: LoggedEvent | undefined;
  readonly reply: LoggedReply | undefined;
  /** The channel knows that it is out: its lease runs out, or a crash makes it forget. */
  readonly isOut: boolean;
}

/** A channel that drains has answered whether it is gone. */
export interface RetirementFact {
  readonly record: ChannelRecord;
  /** Who was asked to go. */
  readonly uid: string;
  /** What the storage held before it was asked, and the deliveries of it that had not ended. */
  readonly before: Tenancy | undefined;
  readonly left: readonly string[];
  readonly answer: RetireAnswer;
}

export interface LoggedReply {
  readonly id: string;
  readonly hops: number;
}

export interface RequestFact {
  readonly courier: Courier;
  readonly url: string;
  readonly id: string;
  readonly token: Token | undefined;
  readonly message: Message;
}

/** A subscriber, a sink or a reply's target answered with 2xx, and with the reply of that id. */
export interface TakenFact {
  readonly courier: Courier;
  readonly url: string;
  readonly id: string;
  readonly reply: string | undefined;
}

/** What a courier is about to report. */
export interface Claim {
  readonly courier: Courier;
  readonly settlement: Settlement;
}

export interface Invariant {
  readonly name: string;
  /** One object for each run; whatever is not told is not looked at. */
  readonly begin: (world: World) => Checks;
}

export interface Checks {
  readonly postAnswered?: (post: Post, answer: CallAnswer) => string | undefined;
  /** A channel answered an append, this long after the call had reached it. */
  readonly appended?: (append: { readonly name: ChannelName; readonly tookMs: number }) => string | undefined;
  readonly leased?: (lease: LeaseFact) => string | undefined;
  readonly answered?: (answer: AnswerFact) => string | undefined;
  readonly ended?: (end: EndFact) => string | undefined;
  readonly written?: (record: ChannelRecord, change: Change) => string | undefined;
  /** Storage was taken back to what is durable. */
  readonly crashed?: (record: ChannelRecord) => string | undefined;
  readonly requested?: (request: RequestFact) => string | undefined;
  readonly taken?: (fact: TakenFact) => string | undefined;
  readonly claimed?: (claim: Claim) => string | undefined;
  readonly retires?: (retirement: RetirementFact) => string | undefined;
  /** A courier ended by itself. */
  readonly courierEnded?: (courier: Courier) => string | undefined;
  readonly looked?: () => string | undefined;
  /** A delivery that was parked expires; its row, if storage has one. */
  readonly expired?: (record: ChannelRecord, parked: StoredStraggler | undefined) => string | undefined;
  /** Everything had its time. */
  readonly finished?: () => string | undefined;
}
