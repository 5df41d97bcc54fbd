/** What people do by hand: look into the log, trace an event, redrive or discard deliveries, replay, skip; and which types of events came. */
import assert from "../core/assert.ts";
import { dataOffset } from "../core/event-codec.ts";
import type { DeliverySelector, OperatorAnswer, OperatorRequest } from "../core/operator-protocol.ts";
import { positionText } from "../core/positions.ts";
import { discardedEntry } from "./journal-entry.ts";
import { eventBytes, headAt } from "./log.ts";
import { seqOf } from "./log-place.ts";
import { seenTypes } from "./seen-types.ts";
import { MOST_SKIPPED, skip } from "./skip.ts";
import { type ChannelState, newEpoch } from "./state.ts";
import { type LastFailure, stragglerFromRow, stragglerRow } from "./straggler.ts";
import type { StragglerSummary } from "./straggler-table.ts";
import type { Subscription } from "./subscription.ts";
import { trace } from "./trace.ts";

/** Rows that one list answer holds, and that one redrive or discard touches. */
const MOST_ROWS = 500;

/** Attributes that one answer shows, bytes: it travels in one message. */
const MOST_SHOWN_BYTES = 4 * 1024 * 1024;

export function changesSomething(request: OperatorRequest): boolean {
  return "dryRun" in request && !request.dryRun;
}

export function operate(state: ChannelState, request: OperatorRequest): OperatorAnswer {
  switch (request.verb) {
    case "log":
      return readLog(state, request.from, request.limit);
    case "deliveries":
      return deliveries(state, request);
    case "redrive":
      return each(state, request, (row) => redrive(state, row), "redriven");
    case "discard":
      return each(state, request, (row) => discard(state, row), "discarded");
    case "replay":
    case "skip":
      return move(state, request);
    case "stats":
      return { kind: "ok", body: stats(state) };
    case "trace":
      return { kind: "traced", trace: trace(state, request.sought) };
    case "seen-types":
      return { kind: "seen-types", seen: seenTypes(state, request.from) };
    default:
      request satisfies never;
      return { kind: "invalid", message: "this channel does not know the verb yet" };
  }
}

function readLog(state: ChannelState, from: string | undefined, limit: number): OperatorAnswer {
  const oldest = state.storage.segments.oldestSeq() ?? state.log.head;
  const start = seqOf(state, from === undefined ? { kind: "earliest" } : { kind: "position", position: from });
  if (start === undefined) return beyondLog(state);
  const items: unknown[] = [];
  let seq = start;
  let shown = 0;
  while (items.length < Math.min(limit, MOST_ROWS) && shown < MOST_SHOWN_BYTES) {
    const segment = state.log.segmentFrom(seq);
    if (segment === undefined) break;
    seq = Math.max(seq, segment.firstSeq);
    assert(segment.ends.length > 0, "the segments behind one that can be read can be read");
    const bytes = eventBytes(segment, seq);
    shown += dataOffset(bytes);
    items.push({
      position: positionText(seq),
      acceptedAt: new Date(segment.acceptedAtMs).toISOString(),
      attributes: headAt(segment, seq).attributes,
      dataBytes: segment.blob?.bytes ?? bytes.length - dataOffset(bytes),
    });
    seq++;
  }
  return {
    kind: "ok",
    body: { oldest: positionText(oldest), head: positionText(state.log.head), next: positionText(seq), items },
  };
}

function deliveries(state: ChannelState, request: Extract<OperatorRequest, { verb: "deliveries" }>): OperatorAnswer {
  const after = Number(request.continue ?? 0);
  if (!Number.isSafeInteger(after)) return { kind: "invalid", message: "continue must be what the last page gave" };
  const { rows, last } = select(state, request.selector, {
    after,
    limit: Math.min(request.limit, MOST_ROWS),
  });
  const items = rows.map((row) => ({
    id: String(row.id),
    subscription: row.subscription,
    name: state.subscriptions.get(row.subscription)?.configuration.name,
    position: positionText(row.seq),
    state: row.state,
    attempts: row.attempt,
    [row.state === "parked" ? "expiresAt" : "dueAt"]: new Date(row.due_at).toISOString(),
    lastFailure: shownFailure(row.outcome),
  }));
  return { kind: "ok", body: { items, ...(last === undefined ? {} : { continue: String(last) }) } };
}

/** Times in an answer are all written alike. */
function shownFailure(outcome: string): Readonly<Record<string, unknown>> | null {
  const failure: LastFailure | null = JSON.parse(outcome);
  if (failure === null) return null;
  const { atMs, ...rest } = failure;
  return { ...rest, at: new Date(atMs).toISOString() };
}

/** Rows that pass, oldest first; `last` where there may be more. */
function select(
  state: ChannelState,
  selector: DeliverySelector,
  page: { readonly after: number; readonly limit: number },
): { rows: StragglerSummary[]; last: number | undefined } {
  const ids = selector.ids === undefined ? undefined : new Set(selector.ids);
  const rows: StragglerSummary[] = [];
  let after = page.after;
  for (;;) {
    const read = state.storage.stragglers.after(after, MOST_ROWS);
    for (const row of read) {
      after = row.id;
      if (ids !== undefined && !ids.has(String(row.id))) continue;
      if (selector.subscription !== undefined && row.subscription !== selector.subscription) continue;
      if (selector.state !== undefined && !selector.state.some((wanted) => wanted === row.state)) continue;
      rows.push(row);
      if (rows.length >= page.limit) return { rows, last: after };
    }
    if (read.length < MOST_ROWS) return { rows, last: undefined };
  }
}

function each(
  state: ChannelState,
  request: Extract<OperatorRequest, { verb: "redrive" | "discard" }>,
  act: (row: StragglerSummary) => boolean,
  word: string,
): OperatorAnswer {
  const parked: DeliverySelector =
    request.verb === "redrive" ? { ...request.selector, state: ["parked"] } : request.selector;
  const { rows, last } = select(state, parked, { after: 0, limit: MOST_ROWS });
  const done = request.dryRun ? rows : rows.filter(act);
  const body = { [word]: done.length, ids: done.map((row) => String(row.id)), dryRun: request.dryRun };
  return { kind: "ok", body: { ...body, more: last !== undefined } };
}

/** Back among the deliveries that are tried, with all its attempts, out of any order. */
function redrive(state: ChannelState, row: StragglerSummary): boolean {
  const subscription = state.subscriptions.get(row.subscription);
  if (subscription === undefined || state.changes.stragglers.has(row.id) || subscription.stragglers.has(row.seq))
    return false;
  const parked = stragglerFromRow(row, true);
  const straggler = { ...parked, orderingKey: undefined, attempts: 0, dueAtMs: state.ports.now() };
  subscription.addStraggler(straggler);
  state.changes.putStraggler(stragglerRow(straggler, false), { urgent: true });
  return true;
}

function discard(state: ChannelState, row: StragglerSummary): boolean {
  const subscription = state.subscriptions.get(row.subscription);
  if (state.changes.stragglers.get(row.id) === "deleted") return false;
  state.changes.deleteStraggler(row.id);
  if (subscription === undefined) return true;
  const active = subscription.stragglers.get(row.seq);
  if (active?.id === row.id) {
    subscription.stragglers.delete(row.seq);
    subscription.endLease(row.seq);
    subscription.reading.endOutside(row.seq);
    if (active.orderingKey !== undefined) subscription.ready.release(active.orderingKey, row.seq);
  }
  subscription.counters.discarded++;
  const act = { atMs: state.ports.now(), note: "by-hand" } as const;
  state.changes.journal.push(discardedEntry(subscription, row.seq, act));
  state.changes.positions.add(subscription.group);
  state.ports.log({ event: "delivery.discarded", subscription: row.subscription, position: positionText(row.seq) });
  return true;
}

function move(state: ChannelState, request: Extract<OperatorRequest, { verb: "replay" | "skip" }>): OperatorAnswer {
  const subscription = state.subscriptions.get(request.subscription);
  if (subscription === undefined) return { kind: "not-found", message: "this channel has no such subscription" };
  const to = seqOf(state, request.to);
  if (to === undefined) return beyondLog(state);
  const floor = subscription.floor(state.log.head);
  const body = { from: positionText(floor), to: positionText(to), dryRun: request.dryRun };
  if (request.verb === "replay") {
    if (to > floor) return { kind: "invalid", message: `replay goes back, and ${positionText(to)} is ahead: use skip` };
    if (!request.dryRun) moveTo(state, subscription, to);
    return { kind: "ok", body: { ...body, events: state.log.head - to } };
  }
  if (to < floor)
    return { kind: "invalid", message: `skip goes forward, and ${positionText(to)} is behind: use replay` };
  const discarded = skip(state, subscription, { to, dryRun: request.dryRun });
  if (discarded === undefined) return { kind: "invalid", message: `skip at most ${MOST_SKIPPED} events at once` };
  return { kind: "ok", body: { ...body, discarded } };
}

/** A new epoch: outcomes of what is out do not count any more, later stragglers come again by themselves. */
function moveTo(state: ChannelState, subscription: Subscription, to: number): void {
  for (const straggler of [...subscription.stragglers.values()]) {
    if (straggler.seq < to) continue;
    subscription.stragglers.delete(straggler.seq);
    state.changes.deleteStraggler(straggler.id);
  }
  for (let after = 0, more = true; more; ) {
    const selector: DeliverySelector = { subscription: subscription.uid, state: ["parked"] };
    const { rows, last } = select(state, selector, { after, limit: MOST_ROWS });
    for (const row of rows) if (row.seq >= to) state.changes.deleteStraggler(row.id);
    after = last ?? 0;
    more = last !== undefined;
  }
  subscription.moveTo(to, newEpoch(state));
  subscription.catchUpAt(state.log.head);
  state.changes.positions.add(subscription.group);
  state.busy.add(subscription);
}

function beyondLog(state: ChannelState): OperatorAnswer {
  const oldest = positionText(state.storage.segments.oldestSeq() ?? state.log.head);
  return {
    kind: "invalid",
    message: `no such position: the log begins at ${oldest} and ends before ${positionText(state.log.head)}`,
  };
}

function stats(state: ChannelState): Readonly<Record<string, unknown>> {
  return {
    head: positionText(state.log.head),
    oldest: positionText(state.storage.segments.oldestSeq() ?? state.log.head),
    acceptedSinceWake: state.accepted,
    duplicatesSinceWake: state.duplicates,
    subscriptions: [...state.subscriptions.values()].map((each) => ({
      uid: each.uid,
      name: each.configuration.name,
      position: positionText(each.floor(state.log.head)),
      behind: state.log.head - each.floor(state.log.head),
      inFlight: each.leases.size,
      retrying: each.stragglers.size,
      slow: each.isSlow,
      breakerOpen: each.breaker.isOpen,
      paused: each.configuration.paused ?? false,
      counters: each.counters,
    })),
  };
}
