/**
 * Deliveries with a row of their own, because they or their reply failed, were out at a crash, or are parked:
 *
 *   retrying ──attempts used up──▶ dead-lettering ──attempts used up──▶ parked
 *      └──answered, the reply does not get through──▶ replying ──▲
 *
 * Active ones (all but the last) live in memory too, bounded per subscription; parked ones only in storage.
 */
import type { Purpose } from "../core/channel-protocol.ts";
import type { StragglerRow, StragglerSummary } from "./straggler-table.ts";

/** The last failure, as people see it and as the error extensions of a dead letter say it. */
export interface LastFailure {
  readonly destination: string;
  readonly status?: number;
  /** Base64, at most 1,024 characters. */
  readonly errorData: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface Straggler {
  readonly id: number;
  readonly subscription: string;
  readonly seq: number;
  /** Of an ordered subscription, unless it was redriven: those come out of any order. */
  orderingKey: string | undefined;
  state: "retrying" | "replying" | "dead-lettering";
  /** Attempts begun in this state. */
  attempts: number;
  dueAtMs: number;
  failure: LastFailure | undefined;
  /** The subscriber has answered, and is not called again: its reply is in the row until the delivery ends. */
  holdsReply: boolean;
  /** A changed filter rejects its event: should the attempt that is out not be taken, there is no other. */
  isRejected: boolean;
  /** Redriven: its event is in its own row, because the log may have let go of it. */
  readonly isCopied: boolean;
}

/** Of the column `leased`: an attempt is out; it is, and there will be no other because a changed filter rejects the event. */
const OUT = 1;
const OUT_AND_REJECTED = 2;

export function stragglerRow(straggler: Straggler, leased: boolean): StragglerRow {
  return {
    id: straggler.id,
    subscription: straggler.subscription,
    seq: straggler.seq,
    state: straggler.state,
    attempt: straggler.attempts,
    due_at: straggler.dueAtMs,
    leased: leased ? (straggler.isRejected ? OUT_AND_REJECTED : OUT) : 0,
    ordering_key: straggler.orderingKey ?? null,
    outcome: JSON.stringify(straggler.failure ?? null),
    event: null,
    blob: null,
    blob_bytes: null,
    reply: null,
    reply_blob: null,
    reply_blob_bytes: null,
  };
}

/** What an attempt of a straggler in this state sends. */
export function purposeOf(state: Straggler["state"]): Purpose {
  switch (state) {
    case "retrying":
      return "deliver";
    case "replying":
      return "reply";
    case "dead-lettering":
      return "dead-letter";
    default:
      return state satisfies never;
  }
}

/** A parked one comes back to what it was parked from: its reply, or its subscriber. */
export function stragglerFromRow(row: StragglerSummary, isCopied: boolean): Straggler {
  const holdsReply = row.holds_reply === 1;
  return {
    id: row.id,
    subscription: row.subscription,
    seq: row.seq,
    orderingKey: row.ordering_key ?? undefined,
    state: row.state === "dead-lettering" ? "dead-lettering" : holdsReply ? "replying" : "retrying",
    attempts: row.attempt,
    dueAtMs: row.due_at,
    failure: JSON.parse(row.outcome) ?? undefined,
    holdsReply,
    isRejected: row.leased === OUT_AND_REJECTED,
    isCopied,
  };
}

/** Stragglers by due time; a binary heap whose stale members are skipped when they come up. */
export class DueQueue {
  readonly #heap: { readonly dueAtMs: number; readonly straggler: Straggler }[] = [];

  push(straggler: Straggler): void {
    const heap = this.#heap;
    let index = heap.push({ dueAtMs: straggler.dueAtMs, straggler }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) <= this.#at(index)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  peek(): { readonly dueAtMs: number; readonly straggler: Straggler } | undefined {
    return this.#heap[0];
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const smallest = left + 1 < heap.length && this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (smallest >= heap.length || this.#at(index) <= this.#at(smallest)) return;
      this.#swap(index, smallest);
      index = smallest;
    }
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #at(index: number): number {
    return this.#heap[index]?.dueAtMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap;
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return;
    heap[one] = b;
    heap[other] = a;
  }
}
