/**
 * Group commit: at most one commit is in flight; whatever gathers meanwhile goes into the next one. A commit writes
 * segments, positions, stragglers and the alarm in one transaction, and only then are events visible and calls answered.
 */
import { errorText } from "../core/error-text.ts";
import { answerCalls, type Batch, type PendingCall, writeSegments } from "./append-buffer.ts";
import { JOURNAL_AGE_MS } from "./changes.ts";
import { SETTLE_DELAY_MS } from "./limits.ts";
import { Pace } from "./pace.ts";
import { writePositions } from "./positions.ts";
import { retain } from "./retention.ts";
import type { ChannelState } from "./state.ts";
import { writeStragglers } from "./write-stragglers.ts";

export interface CommitHooks {
  /** The batch is durable and readable: match it, wake couriers. */
  readonly published: (batch: Batch) => void;
  /** Arms the alarm for what is in memory; runs in the transaction, so that a crash right after it is noticed. */
  readonly arm: (nowMs: number, appends: boolean) => void;
}

export class Committer {
  readonly #state: ChannelState;
  readonly #hooks: CommitHooks;
  #inFlight = false;
  #isStopped = false;
  #waiting: (() => void)[] = [];
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #cancelPace: (() => void) | undefined;
  readonly #pace = new Pace();

  constructor(state: ChannelState, hooks: CommitHooks) {
    this.#state = state;
    this.#hooks = hooks;
  }

  /** Resolves when everything that memory knows now is durable; never, if the commit fails and the object restarts. */
  durable(): Promise<void> {
    this.#state.changes.urgent = true;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.now();
    });
  }

  /** The storage belongs to another channel now: write nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#cancelPace?.();
    for (const call of this.#state.buffer.take()) call.refused(new Error("the channel was deleted"));
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Producers' events have come into the buffer: commits at once, or when there is company for them. */
  appended(events: number): void {
    this.#pace.arrived(events, this.#state.ports.now());
    this.#paced();
  }

  #paced(): void {
    const { buffer, ports } = this.#state;
    if (this.#inFlight || this.#isStopped) return;
    const waitMs = this.#pace.waitMs(buffer.events, ports.now());
    if (waitMs === 0) this.now();
    else
      this.#cancelPace ??= ports.schedule(waitMs, () => {
        this.#cancelPace = undefined;
        this.now();
      });
  }

  /** Commits now, or right after the commit in flight. */
  now(): void {
    if (this.#inFlight || this.#isStopped) return;
    this.#inFlight = true;
    void this.#run();
  }

  /** Settled outcomes wait a moment for a segment to be written with. */
  soon(): void {
    const { changes } = this.#state;
    const idle = changes.isEmpty && changes.journal.length === 0;
    if (changes.urgent) {
      this.now();
    } else if (!idle && !this.#inFlight) {
      this.#within(changes.isEmpty ? JOURNAL_AGE_MS : SETTLE_DELAY_MS);
    }
  }

  /** Outcomes do not wait for a journal that has more time. */
  #within(delayMs: number): void {
    const { ports } = this.#state;
    const atMs = ports.now() + delayMs;
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.cancel();
    const cancel = ports.schedule(delayMs, () => {
      this.#timer = undefined;
      this.now();
    });
    this.#timer = { atMs, cancel };
  }

  async #run(): Promise<void> {
    const { buffer, changes, ports } = this.#state;
    for (;;) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#cancelPace?.();
      this.#cancelPace = undefined;
      this.#pace.committed(ports.now());
      const calls = buffer.take();
      const waiting = this.#waiting;
      this.#waiting = [];
      let batch: Batch;
      try {
        batch = this.#write(calls);
        await ports.sync();
      } catch (error) {
        const reason = errorText(error);
        for (const call of calls) call.refused(new Error(`commit failed: ${reason}`));
        ports.abort(`commit failed: ${reason}`);
        return;
      }
      if (this.#isStopped) {
        for (const call of calls) call.refused(new Error("the channel was deleted"));
        for (const resolve of waiting) resolve();
        return;
      }
      buffer.written();
      this.#publish(batch);
      for (const resolve of waiting) resolve();
      const isPatient = this.#pace.waitMs(buffer.events, ports.now()) > 0;
      if ((buffer.isEmpty || isPatient) && !changes.urgent && this.#waiting.length === 0) break;
    }
    this.#inFlight = false;
    if (!buffer.isEmpty) this.#paced();
    this.soon();
  }

  #publish(batch: Batch): void {
    this.#state.log.publish(batch.segments);
    this.#remember(batch);
    answerCalls(batch);
    try {
      this.#hooks.published(batch);
    } catch (error) {
      // A bug, met after the commit: the events are safe, what is in memory is not trusted any more.
      this.#state.ports.abort(`matching failed: ${errorText(error)}`);
      this.stop();
    }
  }

  #write(calls: readonly PendingCall[]): Batch {
    const state = this.#state;
    const { storage, changes, ports, log } = state;
    const nowMs = ports.now();
    const batch = storage.transaction(() => {
      const written = writeSegments(storage, calls, {
        seq: log.head,
        acceptedAtMs: Math.max(log.acceptedAtMs, nowMs),
        nextBlob: () => ++state.newestBlob,
      });
      writeStragglers(state);
      if (state.isRetentionDue) retain(state, nowMs);
      writePositions(state);
      this.#writeJournal(nowMs);
      this.#hooks.arm(nowMs, calls.length > 0);
      return written;
    });
    changes.written();
    return batch;
  }

  #writeJournal(nowMs: number): void {
    const { changes, storage } = this.#state;
    if (!changes.journalIsDue(nowMs)) return;
    this.#state.newestJournal = Math.max(nowMs, this.#state.newestJournal + 1);
    storage.insertJournal(this.#state.newestJournal, JSON.stringify(changes.journal));
    changes.journal = [];
  }

  #remember(batch: Batch): void {
    const { keys, log } = this.#state;
    for (const { key, seq } of batch.keys) keys.remember(key, seq, log.acceptedAtMs);
    for (const call of batch.calls) this.#state.accepted += call.events.length;
  }
}
