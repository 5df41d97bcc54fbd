/**
 * A channel: takes events into its log, matches them, and lets couriers lease and settle deliveries.
 *
 *   append ─▶ buffer ─▶ commit ─▶ published ─▶ matched ─▶ leased ─▶ settled
 *
 * Each step decides without an await in its middle. After a crash a new instance goes on from storage.
 */
import type {
  AppendAnswer,
  AppendRequest,
  ChannelConfiguration,
  ConfigureAnswer,
  LeaseAnswer,
  LeaseRequest,
  Settlement,
} from "../core/channel-protocol.ts";
import type { OperatorAnswer, OperatorRequest } from "../core/operator-protocol.ts";
import { alarmFired, armAgain, armForWork, startAgain } from "./alarm.ts";
import type { Batch } from "./append-buffer.ts";
import { Committer } from "./commit.ts";
import { answerFor, applyConfiguration, isNews } from "./configure.ts";
import { Intake } from "./intake.ts";
import { settledEntry } from "./journal-entry.ts";
import { EMPTY_LEASE } from "./lease.ts";
import { headAt } from "./log.ts";
import { changesSomething, operate } from "./operator.ts";
import { orderingKeyAt } from "./ordering-key.ts";
import type { OutcomeContext } from "./outcome-context.ts";
import { settle } from "./outcomes.ts";
import { park } from "./parking.ts";
import type { ChannelPorts } from "./ports.ts";
import { appendReply } from "./replies.ts";
import { Serving } from "./serving.ts";
import { type ChannelState, newState, windowLimit } from "./state.ts";
import type { ChannelStorage } from "./storage.ts";
import type { Subscription } from "./subscription.ts";
import { type Left, whatHasNotEnded, whatIsLeft } from "./what-is-left.ts";

const DELETED: OperatorAnswer = { kind: "not-found", message: "this channel was deleted" };

export class Channel {
  readonly #state: ChannelState;
  readonly #committer: Committer;
  readonly #serving: Serving;
  readonly #intake: Intake;
  #isStopped = false;

  /** Goes on from storage, which must hold a configured channel. */
  constructor(ports: ChannelPorts, storage: ChannelStorage) {
    const identity = storage.identity();
    if (identity === undefined) throw new Error("this channel was never configured");
    this.#state = newState(ports, storage, { identity, configuration: JSON.parse(storage.configuration()) });
    this.#committer = new Committer(this.#state, {
      published: (batch) => this.#published(batch),
      arm: (nowMs, appends) => armForWork(this.#state, nowMs, appends),
    });
    this.#intake = new Intake(this.#state, this.#committer);
    this.#serving = new Serving(this.#state, this.#committer, () => this.#context());
    startAgain(this.#state, this.#context());
    this.#serving.stir(this.#state.busy);
    this.#committer.soon();
  }

  append(request: AppendRequest): Promise<AppendAnswer> {
    return this.#intake.append(request);
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    this.#settle(request.settlements);
    if (request.capacity === 0) this.#serving.settled(request.lane);
    return request.capacity > 0 ? this.#serving.lease(request.lane, request.capacity, request.holdMs) : EMPTY_LEASE;
  }

  readPart(blob: number, part: number): Uint8Array | undefined {
    return this.#state.storage.segments.chunk(blob, part);
  }

  /** The caller has made sure that the storage belongs to this uid. */
  async configure(configuration: ChannelConfiguration): Promise<ConfigureAnswer> {
    // A configuration writes positions: never that of a delivery whose reply still waits for its commit.
    while (!this.#state.buffer.isEmpty) await this.#committer.durable();
    // Removed or taken over meanwhile: the storage is not this channel's to write any more, and says whose it is.
    if (this.#isStopped) return answerFor(this.#state.storage.identity() ?? this.#state.identity);
    if (isNews(this.#state.identity, configuration)) {
      // One transaction: work that is stored without the alarm for it sleeps until somebody posts.
      this.#state.storage.transaction(() => {
        applyConfiguration(this.#state, this.#context(), configuration);
        armAgain(this.#state, this.#state.ports.now());
      });
      this.#serving.stir(this.#state.busy);
    }
    return answerFor(this.#state.identity);
  }

  /** Answers once what the verb changed is durable. */
  async operate(request: OperatorRequest): Promise<OperatorAnswer> {
    // What people see and act on is what is stored; of the log it is anyway.
    if (request.verb !== "seen-types" && !this.#state.changes.isEmpty) await this.#committer.durable();
    if (this.#isStopped) return DELETED;
    const answer = operate(this.#state, request);
    if (changesSomething(request)) {
      this.#serving.stir([...this.#state.subscriptions.values()].filter((each) => each.hasWork));
      await this.#committer.durable();
      if (this.#isStopped) return DELETED;
    }
    return answer;
  }

  /** What keeps a channel that drains from being retired. */
  left(): Left {
    return whatIsLeft(this.#state);
  }

  /** What would be discarded if it were wiped now. */
  notEnded(): Left {
    return whatHasNotEnded(this.#state);
  }

  /** The channel was deleted or taken over: this instance touches nothing any more. */
  stop(): void {
    this.#isStopped = true;
    this.#committer.stop();
    this.#serving.stop();
  }

  /** The durable alarm came. */
  alarm(): void {
    alarmFired(this.#state, this.#context());
    this.#serving.look();
    this.#committer.soon();
    armAgain(this.#state, this.#state.ports.now());
  }

  /** Looks for work that a stuck alarm may have left. */
  poke(): void {
    this.#serving.look();
    armAgain(this.#state, this.#state.ports.now());
  }

  #settle(settlements: readonly Settlement[]): void {
    if (settlements.length === 0) return;
    const context = this.#context();
    const touched = new Set<Subscription>();
    for (const settlement of settlements) {
      const subscription = this.#state.subscriptions.get(settlement.token.subscription);
      const settled = subscription && settle(context, subscription, settlement);
      if (subscription === undefined || settled === undefined) continue;
      touched.add(subscription);
      this.#state.changes.journal.push(settledEntry(settlement, context.nowMs, settled.note));
    }
    this.#committer.soon();
    this.#serving.stir([...touched].filter((each) => each.hasWork));
  }

  /** Matches what has just become durable. */
  #published(batch: Batch): void {
    if (this.#state.matcher.isEmpty) return;
    const stirred = new Set<Subscription>();
    const limit = windowLimit(this.#state);
    for (const segment of batch.segments) {
      for (let seq = segment.firstSeq; seq < segment.firstSeq + segment.count; seq++) {
        const head = headAt(segment, seq);
        this.#state.matcher.forEachMatch(head, (subscription) => {
          stirred.add(subscription);
          if (!subscription.reading.caughtUp) return;
          if (subscription.window.size < limit) {
            subscription.add(seq, head);
          } else {
            subscription.reading.leaveOffAt(seq);
          }
        });
      }
    }
    this.#serving.stir(stirred, batch.calls.find(({ offer }) => offer !== undefined)?.offer);
  }

  #context(): OutcomeContext {
    const state = this.#state;
    return {
      changes: state.changes,
      nowMs: state.ports.now(),
      random: state.ports.random,
      nextStragglerId: () => ++state.newestStraggler,
      nextLease: () => ++state.newestLease,
      park: (subscription, straggler) => park(state, subscription, straggler),
      appendReply: (subscription, reply) => appendReply(state, subscription, reply),
      orderingKey: (subscription, seq) => orderingKeyAt(state.log, subscription.configuration.ordering, seq),
    };
  }
}
