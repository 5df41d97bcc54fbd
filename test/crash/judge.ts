/**
 * Decides from the evidence of a crash run whether the router kept its promises (architecture, invariants 1-5):
 *
 *   - an event that was acknowledged, or was seen anywhere, reaches every Trigger that it matches;
 *   - the reply to it reaches the Broker, and one reply only, however often the event itself was delivered;
 *   - an event comes again only when a kill caught it in flight or soon after its answer: outcomes are written with the
 *     next event at the latest, so once an event was acknowledged that was posted long enough after the answer, the
 *     outcome must be on disk, however slow the disk is;
 *   - of one key, an ordered subscriber sees no event before the acknowledged one ahead of it was answered with 2xx;
 *   - nothing is invented or altered.
 */
import {
  DIRECT_TRIGGERS,
  type Evidence,
  type Kill,
  type Posted,
  type Received,
  TRIGGERS,
  type TriggerName,
} from "./evidence.ts";

/** How long an answer may take to the channel, milliseconds. */
const SETTLED_AFTER_MS = 1_000;
/** On a machine that is too busy it takes some turns of the router's loop more; a post takes at least one. */
const TURNS = 5;
/** What the report counts as just before a kill, milliseconds. */
const JUST_BEFORE_MS = 1_000;

/** A request may reach the subscriber this long after the end of the router that sent it, milliseconds. */
const IN_TRANSIT_MS = 250;

export interface Fault {
  readonly kind: "missing" | "repeated" | "second-reply" | "out-of-order" | "unknown" | "altered";
  readonly trigger: TriggerName;
  readonly number: number;
}

export interface RoundFigures {
  readonly acked: number;
  /** Posts answered, but not with 202. */
  readonly refused: number;
  /** Posts whose connection broke after the kill. */
  readonly broken: number;
  /** Answers with 2xx. */
  readonly delivered: number;
  /** Answers with 503. */
  readonly failed: number;
  /** Deliveries of acknowledged events that no subscriber had answered with 2xx when the kill came. */
  readonly unsettledAtKill: number;
  /** Answers with 2xx in the last JUST_BEFORE_MS before the kill. */
  readonly answeredJustBefore: number;
  /** Repeated deliveries after the kill, until the next one. */
  readonly repeatedAfter: number;
}

export interface Verdict {
  readonly rounds: readonly RoundFigures[];
  readonly acked: number;
  readonly unsettled: number;
  readonly faults: readonly Fault[];
}

export function judge(evidence: Evidence): Verdict {
  const histories = historiesOf(evidence.received);
  const repeats = repeatsIn(histories);
  const lossy = lossyKills(evidence);
  const rounds = evidence.kills.map((_, round) => figuresOf(evidence, histories, repeats, round));
  return {
    rounds,
    acked: evidence.posted.filter((post) => post.ackedMs !== undefined).length,
    unsettled: rounds.reduce((sum, round) => sum + round.unsettledAtKill, 0),
    faults: [
      ...missing(evidence.posted, histories),
      ...repeats.filter((repeat) => !isExcused(repeat, lossy)).map(({ again }) => faultOf("repeated", again)),
      ...secondReplies(evidence.received),
      ...outOfOrder(evidence.posted, histories),
      ...foreign(evidence),
    ],
  };
}

/** Per Trigger and event, what its subscriber received, in order of arrival. */
type Histories = ReadonlyMap<TriggerName, ReadonlyMap<number, readonly Received[]>>;

interface Repeat {
  /** The last delivery before it that was answered with 2xx. */
  readonly answered: Received;
  readonly again: Received;
}

function historiesOf(received: readonly Received[]): Histories {
  const histories = new Map<TriggerName, Map<number, Received[]>>(TRIGGERS.map((trigger) => [trigger, new Map()]));
  for (const each of received.toSorted((one, other) => one.arrivedMs - other.arrivedMs)) {
    const events = histories.get(each.trigger);
    const history = events?.get(each.number);
    if (history === undefined) events?.set(each.number, [each]);
    else history.push(each);
  }
  return histories;
}

function missing(posted: readonly Posted[], histories: Histories): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { number, ackedMs } of posted) {
    const wasStored = ackedMs !== undefined || TRIGGERS.some((trigger) => histories.get(trigger)?.has(number));
    if (!wasStored) continue;
    for (const trigger of TRIGGERS) {
      if (firstSuccessMs(histories, trigger, number) === undefined) faults.push({ kind: "missing", trigger, number });
    }
  }
  return faults;
}

/** Each arrival after an answer with 2xx. */
function repeatsIn(histories: Histories): readonly Repeat[] {
  const repeats: Repeat[] = [];
  for (const events of histories.values()) {
    for (const history of events.values()) {
      let answered: Received | undefined;
      for (const again of history) {
        if (answered !== undefined) repeats.push({ answered, again });
        if (isSuccess(again)) answered = again;
      }
    }
  }
  return repeats;
}

/** A kill came between, while the first delivery was under way or before its outcome had to be on disk. */
function isExcused({ answered, again }: Repeat, lossy: readonly LossyKill[]): boolean {
  return lossy.some(
    ({ kill, writtenMs }) =>
      answered.arrivedMs <= kill.goneMs + IN_TRANSIT_MS &&
      (answered.answeredMs ?? 0) >= writtenMs &&
      again.arrivedMs > kill.sentMs,
  );
}

interface LossyKill {
  readonly kill: Kill;
  /** What was answered before this time was on disk when the kill came. */
  readonly writtenMs: number;
}

function lossyKills({ kills, posted }: Evidence): readonly LossyKill[] {
  return kills.map((kill, round) => {
    const beforeMs = kills[round - 1]?.goneMs ?? 0;
    const acked = posted.filter(({ ackedMs = 0 }) => ackedMs > beforeMs && ackedMs <= kill.sentMs);
    const lastPostedMs = acked.reduce((latest, post) => Math.max(latest, post.startedMs), beforeMs);
    const slowestMs = acked.reduce((slowest, post) => Math.max(slowest, post.endedMs - post.startedMs), 0);
    return { kill, writtenMs: lastPostedMs - SETTLED_AFTER_MS - TURNS * slowestMs };
  });
}

function secondReplies(received: readonly Received[]): readonly Fault[] {
  const answerOf = new Map<number, number | undefined>();
  const faults: Fault[] = [];
  for (const each of received) {
    if (each.trigger !== "replies") continue;
    if (!answerOf.has(each.number)) answerOf.set(each.number, each.answer);
    else if (answerOf.get(each.number) !== each.answer) faults.push(faultOf("second-reply", each));
  }
  return faults;
}

/** Posts of a key follow each other, so of two acknowledged ones the lower number is ahead in the log. */
function outOfOrder(posted: readonly Posted[], histories: Histories): readonly Fault[] {
  const faults: Fault[] = [];
  const aheadMs = new Map<number, number>();
  for (const { number, key, ackedMs } of posted.toSorted((one, other) => one.number - other.number)) {
    if (ackedMs === undefined) continue;
    const arrivedMs = histories.get("ordered")?.get(number)?.[0]?.arrivedMs ?? Number.POSITIVE_INFINITY;
    if (arrivedMs < (aheadMs.get(key) ?? 0)) faults.push({ kind: "out-of-order", trigger: "ordered", number });
    const successMs = firstSuccessMs(histories, "ordered", number) ?? Number.POSITIVE_INFINITY;
    aheadMs.set(key, Math.max(aheadMs.get(key) ?? 0, successMs));
  }
  return faults;
}

function foreign({ posted, received }: Evidence): readonly Fault[] {
  const numbers = new Set(posted.map((post) => post.number));
  return received.flatMap((each) => {
    if (!numbers.has(each.number)) return faultOf("unknown", each);
    return each.isIntact ? [] : faultOf("altered", each);
  });
}

function figuresOf(evidence: Evidence, histories: Histories, repeats: readonly Repeat[], round: number): RoundFigures {
  const killMs = evidence.kills[round]?.sentMs ?? Number.POSITIVE_INFINITY;
  const beforeMs = evidence.kills[round - 1]?.sentMs ?? 0;
  const afterMs = evidence.kills[round + 1]?.sentMs ?? Number.POSITIVE_INFINITY;
  const inRound = evidence.posted.filter(({ endedMs }) => endedMs > beforeMs && endedMs <= killMs);
  const answers = evidence.received.filter(({ answeredMs = 0 }) => answeredMs > beforeMs && answeredMs <= killMs);
  const successes = answers.filter(isSuccess);
  const repeated = repeats.filter(({ again }) => again.arrivedMs > killMs && again.arrivedMs <= afterMs);
  return {
    acked: inRound.filter(({ ackedMs }) => ackedMs !== undefined).length,
    refused: inRound.filter(({ refusedWith }) => refusedWith !== undefined).length,
    broken: evidence.posted.filter((post) => isBroken(post) && post.endedMs > killMs && post.endedMs <= afterMs).length,
    delivered: successes.length,
    failed: answers.length - successes.length,
    unsettledAtKill: unsettledAt(evidence.kills[round], evidence.posted, histories),
    answeredJustBefore: successes.filter(({ answeredMs = 0 }) => answeredMs > killMs - JUST_BEFORE_MS).length,
    repeatedAfter: repeated.length,
  };
}

function unsettledAt(kill: Kill | undefined, posted: readonly Posted[], histories: Histories): number {
  if (kill === undefined) return 0;
  let count = 0;
  for (const { number, ackedMs } of posted) {
    if (ackedMs === undefined || ackedMs > kill.sentMs) continue;
    for (const trigger of DIRECT_TRIGGERS) {
      if ((firstSuccessMs(histories, trigger, number) ?? Number.POSITIVE_INFINITY) > kill.goneMs) count++;
    }
  }
  return count;
}

function firstSuccessMs(histories: Histories, trigger: TriggerName, number: number): number | undefined {
  return histories.get(trigger)?.get(number)?.find(isSuccess)?.answeredMs;
}

function isBroken({ ackedMs, refusedWith }: Posted): boolean {
  return ackedMs === undefined && refusedWith === undefined;
}

function isSuccess({ status, answeredMs }: Received): boolean {
  return status < 300 && answeredMs !== undefined;
}

function faultOf(kind: Fault["kind"], { trigger, number }: Received): Fault {
  return { kind, trigger, number };
}
