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
  firstSuccessMs,
  type Histories,
  historiesOf,
  outOfOrder,
  type Posted,
  type Repeat,
  repeatsIn,
} from "../kit/histories.ts";
import { type Delivery, type Evidence, type Kill, TRIGGERS, type TriggerName } from "./evidence.ts";
import { firstThat } from "./first-that.ts";
import { type RoundFigures, roundFigures } from "./round-figures.ts";

/** How long an answer may take to the channel, milliseconds. */
const SETTLED_AFTER_MS = 1_000;
/** On a machine that is too busy it takes some turns of the router's loop more; a post takes at least one. */
const TURNS = 5;
/** A request may reach the subscriber this long after the end of the router that sent it, milliseconds. */
const IN_TRANSIT_MS = 250;

export interface Fault {
  readonly kind: "missing" | "repeated" | "second-reply" | "out-of-order" | "unknown" | "altered";
  readonly trigger: TriggerName;
  readonly number: number;
}

export interface Verdict {
  readonly rounds: readonly RoundFigures[];
  readonly acked: number;
  readonly unsettled: number;
  readonly faults: readonly Fault[];
}

export function judge(evidence: Evidence): Verdict {
  const histories = historiesOf(TRIGGERS, evidence.received);
  const repeats = repeatsIn(histories);
  const lossy = lossyKills(evidence);
  const rounds = roundFigures(evidence, histories, repeats);
  const disordered = outOfOrder(evidence.posted, histories.get("ordered") ?? new Map());
  return {
    rounds,
    acked: evidence.posted.filter((post) => post.ackedMs !== undefined).length,
    unsettled: rounds.reduce((sum, round) => sum + round.unsettledAtKill, 0),
    faults: [
      ...missing(evidence.posted, histories),
      ...repeats.filter((repeat) => !isExcused(repeat, lossy)).map(({ again }) => faultOf("repeated", again)),
      ...secondReplies(evidence.received),
      ...disordered.map((number): Fault => ({ kind: "out-of-order", trigger: "ordered", number })),
      ...foreign(evidence),
    ],
  };
}

function missing(posted: readonly Posted[], histories: Histories<Delivery>): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { number, ackedMs } of posted) {
    const wasStored = ackedMs !== undefined || TRIGGERS.some((trigger) => histories.get(trigger)?.has(number));
    if (!wasStored) continue;
    for (const trigger of TRIGGERS) {
      const isMissing = firstSuccessMs(histories.get(trigger)?.get(number)) === undefined;
      if (isMissing) faults.push({ kind: "missing", trigger, number });
    }
  }
  return faults;
}

/** A kill came between, while the first delivery was under way or before its outcome had to be on disk. */
function isExcused({ answered, again }: Repeat<Delivery>, lossy: readonly LossyKill[]): boolean {
  const from = firstThat(lossy, ({ kill }) => kill.goneMs + IN_TRANSIT_MS >= answered.arrivedMs);
  for (let round = from; ; round++) {
    const found = lossy[round];
    if (found === undefined || found.kill.sentMs >= again.arrivedMs) return false;
    if ((answered.answeredMs ?? 0) >= found.writtenMs) return true;
  }
}

interface LossyKill {
  readonly kill: Kill;
  /** What was answered before this time was on disk when the kill came. */
  readonly writtenMs: number;
}

function lossyKills({ kills, posted }: Evidence): readonly LossyKill[] {
  const rounds = kills.map((kill, round) => ({ kill, lastPostedMs: kills[round - 1]?.goneMs ?? 0, slowestMs: 0 }));
  for (const { ackedMs, startedMs, endedMs } of posted) {
    if (ackedMs === undefined) continue;
    const index = firstThat(kills, ({ sentMs }) => sentMs >= ackedMs);
    const round = rounds[index];
    if (round === undefined || ackedMs <= (kills[index - 1]?.goneMs ?? 0)) continue;
    round.lastPostedMs = Math.max(round.lastPostedMs, startedMs);
    round.slowestMs = Math.max(round.slowestMs, endedMs - startedMs);
  }
  return rounds.map(({ kill, lastPostedMs, slowestMs }) => ({
    kill,
    writtenMs: lastPostedMs - SETTLED_AFTER_MS - TURNS * slowestMs,
  }));
}

function secondReplies(received: readonly Delivery[]): readonly Fault[] {
  const answerOf = new Map<number, number | undefined>();
  const faults: Fault[] = [];
  for (const each of received) {
    if (each.trigger !== "replies") continue;
    if (!answerOf.has(each.number)) answerOf.set(each.number, each.answer);
    else if (answerOf.get(each.number) !== each.answer) faults.push(faultOf("second-reply", each));
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

function faultOf(kind: Fault["kind"], { trigger, number }: Delivery): Fault {
  return { kind, trigger, number };
}
