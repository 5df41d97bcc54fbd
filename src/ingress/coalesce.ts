/**
 * Requests that wait in one isolate for the same channel share one append call:
 *
 *   first request: open group ── yield once ──▶ close group ── append ──▶ answer every member
 *   others:             join ─────────────┘
 *
 * The call runs inside the first request's `waitUntil`, so a producer that hangs up takes nobody with it. Should it be
 * lost all the same, the group ends at its deadline, which that call and some of the members watch.
 */
import type { ChannelName } from "../core/channel-name.ts";
import type { AppendAnswer, AppendCall, AppendRequest, RefusedCall } from "../core/channel-protocol.ts";
import { concatBytes } from "../core/event-codec.ts";

/** Encoded events of one group, bytes. */
const GROUP_BYTES = 4 * 1024 * 1024;
/** Keeps the offsets of tiny events within one segment row. */
const GROUP_CALLS = 512;
/** A call above this goes alone: the channel stores such events in chunks, which takes longer, bytes. */
const SHARED_CALL_BYTES = 1_000_000;
/** A group that did not close itself within this time has lost its first request, milliseconds. */
const GROUP_AGE_MS = 50;
/** With so many appends on their way the channel gathers as well, and a group may stay open a little longer. */
const BUSY_CALLS = 2;
/** How long, milliseconds: each append is a request that costs. */
const GATHER_MS = 5;
/** How long a producer waits for the channel before it is told to try again, milliseconds. */
export const ANSWER_TIMEOUT_MS = 15_000;
/**
 * The deadline is watched beside the call, in the background, where a producer that hangs up does not end it; should the
 * runtime end that as well, by one member in eight. A timer for each request would cost a twentieth of it.
 */
const WATCHED_BY = 8;

export interface PendingCall {
  /** The call's encoded events. */
  readonly events: readonly Uint8Array[];
  readonly bytes: number;
  readonly key?: string;
  /** As in `AppendCall`. */
  readonly caller?: string;
}

export type CallAnswer =
  | { readonly kind: "accepted"; readonly duplicate: boolean }
  | RefusedCall
  | { readonly kind: "not-found" }
  | { readonly kind: "overloaded"; readonly retryAfterMs: number }
  /** The events may have been stored or not. */
  | { readonly kind: "failed"; readonly reason: string };

export interface CoalescePorts {
  readonly settings: { readonly coalesce: boolean };
  append(name: ChannelName, request: AppendRequest): Promise<AppendAnswer>;
  now(): number;
  /** Runs `work` later unless cancelled by the returned function; lost with the request that asked for it. */
  schedule(delayMs: number, work: () => void): () => void;
  /** Resolves after whatever else is ready in this isolate has run. */
  yieldOnce(): Promise<void>;
  /** Keeps the work alive after its request has ended. */
  waitUntil(work: Promise<unknown>): void;
}

type GroupAnswer = AppendAnswer | { readonly kind: "failed"; readonly reason: string };

interface Group {
  readonly calls: PendingCall[];
  readonly openedMs: number;
  bytes: number;
  /** Never rejects. */
  readonly answer: Promise<GroupAnswer>;
  /** Answers every member; the first call counts. */
  readonly settle: (answer: GroupAnswer) => void;
}

/** One per isolate. */
export class Coalescer {
  readonly #open = new Map<ChannelName, Group>();
  /** Appends on their way. */
  readonly #inFlight = new Map<ChannelName, number>();

  /** Appends one call, with others unless the settings switch that off. Never rejects; answers within ANSWER_TIMEOUT_MS. */
  async append(name: ChannelName, call: PendingCall, ports: CoalescePorts): Promise<CallAnswer> {
    const alone = !ports.settings.coalesce || call.bytes > SHARED_CALL_BYTES;
    const group = alone ? this.#appendAlone(name, call, ports) : this.#join(name, call, ports);
    const index = group.calls.length - 1;
    const answer = await (index % WATCHED_BY === 1 ? this.#watch(name, group, ports) : group.answer);
    if (answer.kind !== "accepted") return answer;
    const own = answer.calls[index];
    if (own === undefined) return { kind: "failed", reason: "the channel did not answer this call" };
    return own.kind === "refused" ? own : { kind: "accepted", duplicate: own.duplicate };
  }

  #join(name: ChannelName, call: PendingCall, ports: CoalescePorts): Group {
    const open = this.#open.get(name);
    if (open !== undefined && hasRoom(open, call, ports.now())) {
      open.calls.push(call);
      open.bytes += call.bytes;
      return open;
    }
    const group = newGroup(call, ports);
    this.#open.set(name, group);
    this.#lead(name, group, ports).then(group.settle);
    ports.waitUntil(this.#watch(name, group, ports));
    return group;
  }

  /** Ends the group for all its members when its time is over. */
  async #watch(name: ChannelName, group: Group, ports: CoalescePorts): Promise<GroupAnswer> {
    const cancel = ports.schedule(ANSWER_TIMEOUT_MS, () => {
      this.#detach(name, group);
      group.settle({ kind: "failed", reason: "the channel did not answer in time" });
    });
    try {
      return await group.answer;
    } finally {
      cancel();
    }
  }

  async #lead(name: ChannelName, group: Group, ports: CoalescePorts): Promise<GroupAnswer> {
    try {
      const isBusy = (this.#inFlight.get(name) ?? 0) >= BUSY_CALLS;
      await (isBusy ? new Promise<void>((resolve) => void ports.schedule(GATHER_MS, resolve)) : ports.yieldOnce());
      this.#detach(name, group);
      this.#count(name, 1);
      return await ports.append(name, appendRequest(group.calls)).finally(() => this.#count(name, -1));
    } catch (error) {
      this.#detach(name, group);
      return { kind: "failed", reason: String(error) };
    }
  }

  #count(name: ChannelName, change: 1 | -1): void {
    const count = (this.#inFlight.get(name) ?? 0) + change;
    if (count > 0) this.#inFlight.set(name, count);
    else this.#inFlight.delete(name);
  }

  #appendAlone(name: ChannelName, call: PendingCall, ports: CoalescePorts): Group {
    const group = newGroup(call, ports);
    appendOnce(name, call, ports).then(group.settle);
    ports.waitUntil(this.#watch(name, group, ports));
    return group;
  }

  /** Nobody joins it any more; another group may have taken its place already. */
  #detach(name: ChannelName, group: Group): void {
    if (this.#open.get(name) === group) this.#open.delete(name);
  }
}

function newGroup(call: PendingCall, ports: CoalescePorts): Group {
  const { promise, resolve } = Promise.withResolvers<GroupAnswer>();
  return { calls: [call], openedMs: ports.now(), bytes: call.bytes, answer: promise, settle: resolve };
}

function hasRoom(group: Group, call: PendingCall, nowMs: number): boolean {
  return (
    group.calls.length < GROUP_CALLS &&
    group.bytes + call.bytes <= GROUP_BYTES &&
    nowMs - group.openedMs <= GROUP_AGE_MS
  );
}

async function appendOnce(name: ChannelName, call: PendingCall, ports: CoalescePorts): Promise<GroupAnswer> {
  try {
    return await ports.append(name, appendRequest([call]));
  } catch (error) {
    return { kind: "failed", reason: String(error) };
  }
}

function appendRequest(pending: readonly PendingCall[]): AppendRequest {
  const parts: Uint8Array[] = [];
  const calls: AppendCall[] = [];
  for (const call of pending) {
    for (const event of call.events) parts.push(event);
    const lengths = call.events.map((event) => event.length);
    const { key, caller } = call;
    calls.push({ lengths, ...(key === undefined ? {} : { key }), ...(caller === undefined ? {} : { caller }) });
  }
  const [only] = parts;
  return { bytes: only !== undefined && parts.length === 1 ? only : concatBytes(parts), calls };
}
