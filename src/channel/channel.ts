/**
 * A channel: takes events into its log, matches them, and lets couriers lease and settle deliveries.
 *
 *   append ─▶ buffer ─▶ commit ─▶ published ─▶ matched ─▶ leased ─▶ settled
 *
 * Each step decides without an await in its middle. After a crash a new instance goes on from storage.
 */
import type {
  AppendAnswer,
  AppendCall,
  AppendRequest,
  ChannelConfiguration,
  ConfigureAnswer,
  LeaseAnswer,
  LeaseRequest,
  OperatorAnswer,
  OperatorRequest,
  Settlement,
  StoredCall,
} from "../core/channel-protocol.ts";
import { attributeOf } from "../core/event.ts";
import { decodeHead } from "../core/event-codec.ts";
import { dedupKey } from "../core/idempotency.ts";
import { positionText } from "../core/positions.ts";
import { alarmFired, armAgain, armForWork, startAgain } from "./alarm.ts";
import { type Batch, type PendingEvent, splitCalls } from "./append-buffer.ts";
import { Committer } from "./commit.ts";
import { answerFor, applyConfiguration, isNews } from "./configure.ts";
import { nothingStored, withRefusals } from "./ingress-guard.ts";
import { EMPTY_LEASE } from "./lease.ts";
import { KEY_RETENTION_MS, WAITING_BYTES } from "./limits.ts";
import { headAt } from "./log.ts";
import { changesSomething, operate } from "./operator.ts";
import { type OutcomeContext, settle } from "./outcomes.ts";
import { park } from "./parking.ts";
import type { ChannelPorts } from "./ports.ts";
import { appendReply } from "./replies.ts";
import { Serving } from "./serving.ts";
import { type ChannelState, newState, windowLimit } from "./state.ts";
import type { ChannelStorage } from "./storage.ts";
import type { Subscription } from "./subscription.ts";

/** Told to producers of a channel whose buffer is full, milliseconds. */
const RETRY_AFTER_MS = 1_000;
const DELETED: OperatorAnswer = { kind: "not-found", message: "this channel was deleted" };

export class Channel {
  readonly #state: ChannelState;
  readonly #committer: Committer;
  readonly #serving: Serving;
  #isStopped = false;
  /** Calls with a key that wait for their commit. */
  readonly #pendingKeys = new Map<string, Promise<number>>();

  /** Goes on from storage, which must hold a configured channel. */
  constructor(ports: ChannelPorts, storage: ChannelStorage) {
    const identity = storage.identity();
    if (identity === undefined) throw new Error("this channel was never configured");
    this.#state = newState(ports, storage, { identity, configuration: JSON.parse(storage.configuration()) });
    this.#committer = new Committer(this.#state, {
      published: (batch) => this.#published(batch),
      arm: (nowMs, appends) => armForWork(this.#state, nowMs, appends),
    });
    this.#serving = new Serving(this.#state, this.#committer, () => this.#context());
    startAgain(this.#state, this.#context());
    this.#serving.stir(this.#state.busy);
    this.#committer.soon();
  }

  async append(request: AppendRequest): Promise<AppendAnswer> {
    const { buffer } = this.#state;
    if (!buffer.isEmpty && buffer.bytes + request.bytes.length > WAITING_BYTES) {
      return { kind: "overloaded", retryAfterMs: RETRY_AFTER_MS };
    }
    const refused = this.#state.guard.refused(request.calls);
    const isTaken = (_: unknown, index: number): boolean => !refused.has(index);
    const calls = refused.size === 0 ? request.calls : request.calls.filter(isTaken);
    // A flood of strangers writes nothing, nor does a call without events, which asks whether it may post.
    if (request.bytes.length === 0) return { kind: "accepted", calls: withRefusals(calls.map(nothingStored), refused) };
    if (calls.length === 0) return { kind: "accepted", calls: withRefusals([], refused) };
    const events = splitCalls(request.bytes, request.calls);
    const stored = this.#accept(calls, refused.size === 0 ? events : events.filter(isTaken));
    return { kind: "accepted", calls: withRefusals(await stored, refused) };
  }

  #accept(calls: readonly AppendCall[], events: readonly (readonly Uint8Array[])[]): Promise<readonly StoredCall[]> {
    const { buffer, configuration } = this.#state;
    const before = buffer.events;
    const isPlain = configuration.dedupMs === undefined && calls.every((call) => call.key === undefined);
    const answers = isPlain ? this.#acceptAll(events) : this.#acceptEach(calls, events);
    // What was known already waits for nothing, or for the commit that it is in.
    if (!buffer.isEmpty) this.#committer.appended(buffer.events - before);
    return answers;
  }

  /** Calls without keys need no answers of their own: they are durable together. */
  async #acceptAll(calls: readonly (readonly Uint8Array[])[]): Promise<StoredCall[]> {
    let seq = await this.#buffer(calls.flat().map((bytes) => ({ bytes, keys: [] })));
    return calls.map((events) => {
      const position = positionText(seq);
      seq += events.length;
      return { kind: "stored", duplicate: false, position };
    });
  }

  #acceptEach(calls: readonly AppendCall[], events: readonly (readonly Uint8Array[])[]): Promise<StoredCall[]> {
    return Promise.all(calls.map((call, index) => this.#acceptOne(call, events[index] ?? [])));
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
        applyConfiguration(this.#state, configuration);
        armAgain(this.#state, this.#state.ports.now());
      });
      this.#serving.stir(this.#state.busy);
    }
    return answerFor(this.#state.identity);
  }

  /** Answers once what the verb changed is durable. */
  async operate(request: OperatorRequest): Promise<OperatorAnswer> {
    // What people see and act on is what is stored.
    if (!this.#state.changes.isEmpty) await this.#committer.durable();
    if (this.#isStopped) return DELETED;
    const answer = operate(this.#state, request);
    if (changesSomething(request)) {
      this.#serving.stir([...this.#state.subscriptions.values()].filter((each) => each.hasWork));
      await this.#committer.durable();
      if (this.#isStopped) return DELETED;
    }
    return answer;
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

  #acceptOne(call: AppendCall, events: readonly Uint8Array[]): Promise<StoredCall> {
    const known = call.key === undefined ? undefined : this.#known(call.key, KEY_RETENTION_MS);
    if (known !== undefined) return known;
    const pending: PendingEvent[] = [];
    let duplicateOf: Promise<StoredCall> | undefined;
    const inThisCall = new Set<string>();
    for (const bytes of events) {
      const keys: string[] = [];
      const { dedupMs } = this.#state.configuration;
      if (dedupMs !== undefined) {
        const key = keyOf(bytes);
        if (inThisCall.has(key)) continue;
        const earlier = this.#known(key, dedupMs);
        if (earlier !== undefined) {
          duplicateOf ??= earlier;
          continue;
        }
        inThisCall.add(key);
        keys.push(key);
      }
      pending.push({ bytes, keys });
    }
    const [first, ...others] = pending;
    if (first === undefined && duplicateOf !== undefined) return duplicateOf;
    const keyed =
      first === undefined || call.key === undefined
        ? pending
        : [{ bytes: first.bytes, keys: [...first.keys, call.key] }, ...others];
    return this.#buffer(keyed).then((seq) => ({ kind: "stored", duplicate: false, position: positionText(seq) }));
  }

  /** Resolves with the sequence number of the first event once all are durable. */
  #buffer(events: readonly PendingEvent[]): Promise<number> {
    const keys = events.flatMap((event) => event.keys);
    const forget = (): void => {
      for (const key of keys) this.#pendingKeys.delete(key);
    };
    const stored = new Promise<number>((resolve, reject) => {
      this.#state.buffer.add({
        events,
        accepted: (firstSeq) => {
          forget();
          resolve(firstSeq);
        },
        refused: (error) => {
          forget();
          reject(error);
        },
      });
    });
    for (const key of keys) this.#pendingKeys.set(key, stored);
    return stored;
  }

  /** The answer for a key that is in the log, or on its way into it. */
  #known(key: string, withinMs: number): Promise<StoredCall> | undefined {
    const pending = this.#pendingKeys.get(key);
    const stored = pending ?? this.#state.keys.find(key, this.#state.ports.now() - withinMs);
    if (stored === undefined) return undefined;
    this.#state.duplicates++;
    return Promise.resolve(stored).then((seq) => ({ kind: "stored", duplicate: true, position: positionText(seq) }));
  }

  #settle(settlements: readonly Settlement[]): void {
    if (settlements.length === 0) return;
    const context = this.#context();
    const touched = new Set<Subscription>();
    for (const settlement of settlements) {
      const { token, outcome, tookMs } = settlement;
      const subscription = this.#state.subscriptions.get(token.subscription);
      if (subscription === undefined || !settle(context, subscription, settlement)) continue;
      touched.add(subscription);
      const status = outcome.status ?? null;
      this.#state.changes.journal.push([
        token.subscription,
        token.seq,
        token.attempt,
        token.purpose,
        status,
        tookMs,
        context.nowMs,
      ]);
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
          if (!subscription.caughtUp) return;
          if (subscription.window.size < limit) {
            subscription.add(seq, head);
          } else {
            subscription.caughtUp = false;
            subscription.scannedTo = seq;
          }
        });
      }
    }
    this.#serving.stir(stirred);
  }

  #context(): OutcomeContext {
    const state = this.#state;
    return {
      changes: state.changes,
      nowMs: state.ports.now(),
      instance: state.instance,
      random: state.ports.random,
      nextStragglerId: () => ++state.newestStraggler,
      park: (subscription, straggler) => park(state, subscription, straggler),
      appendReply: (subscription, reply) => appendReply(state, subscription, reply),
    };
  }
}

function keyOf(event: Uint8Array): string {
  const { attributes } = decodeHead(event);
  return dedupKey(String(attributeOf(attributes, "source")), String(attributeOf(attributes, "id")));
}
