/** What happened in each round of a crash run: up to its kill, and for `broken` and `repeatedAfter` from it to the next. */
import { firstSuccessMs, type Histories, isSuccess, type Posted, type Repeat } from "../kit/histories.ts";
import { type Delivery, DIRECT_TRIGGERS, type Evidence } from "./evidence.ts";
import { firstThat } from "./first-that.ts";

/** What the report counts as just before a kill, milliseconds. */
const JUST_BEFORE_MS = 1_000;

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

type Counts = { -readonly [Figure in keyof RoundFigures]: number };

/** Looks at everything once, whatever the number of kills. */
export function roundFigures(
  { posted, received, kills }: Evidence,
  histories: Histories<Delivery>,
  repeats: readonly Repeat<Delivery>[],
): readonly RoundFigures[] {
  const rounds = kills.map(noCounts);
  const count = (round: number, figure: keyof RoundFigures) => {
    const counts = rounds[round];
    if (counts !== undefined) counts[figure]++;
  };
  const roundOf = (ms: number) => firstThat(kills, ({ sentMs }) => sentMs >= ms);
  for (const post of posted) {
    const round = roundOf(post.endedMs);
    if (isBroken(post)) count(round - 1, "broken");
    else count(round, post.ackedMs === undefined ? "refused" : "acked");
  }
  for (const each of received) {
    if (each.answeredMs === undefined) continue;
    const round = roundOf(each.answeredMs);
    count(round, isSuccess(each) ? "delivered" : "failed");
    const killMs = kills[round]?.sentMs ?? Number.POSITIVE_INFINITY;
    if (isSuccess(each) && each.answeredMs > killMs - JUST_BEFORE_MS) count(round, "answeredJustBefore");
  }
  for (const { again } of repeats) count(roundOf(again.arrivedMs) - 1, "repeatedAfter");
  const unsettled = unsettledAtKills({ posted, received, kills }, histories);
  return rounds.map((counts, round) => ({ ...counts, unsettledAtKill: unsettled[round] ?? 0 }));
}

/** Each delivery is open from the first kill after its event was acknowledged to the last one before it succeeded. */
function unsettledAtKills({ posted, kills }: Evidence, histories: Histories<Delivery>): readonly number[] {
  const changes = new Array<number>(kills.length + 1).fill(0);
  const change = (round: number, by: number) => {
    changes[round] = (changes[round] ?? 0) + by;
  };
  for (const { number, ackedMs } of posted) {
    if (ackedMs === undefined) continue;
    const first = firstThat(kills, ({ sentMs }) => sentMs >= ackedMs);
    for (const trigger of DIRECT_TRIGGERS) {
      const successMs = firstSuccessMs(histories.get(trigger)?.get(number)) ?? Number.POSITIVE_INFINITY;
      const end = firstThat(kills, ({ goneMs }) => goneMs >= successMs);
      if (end <= first) continue;
      change(first, 1);
      change(end, -1);
    }
  }
  let open = 0;
  return changes.slice(0, kills.length).map((by) => {
    open += by;
    return open;
  });
}

function isBroken({ ackedMs, refusedWith }: Posted): boolean {
  return ackedMs === undefined && refusedWith === undefined;
}

function noCounts(): Counts {
  return {
    acked: 0,
    refused: 0,
    broken: 0,
    delivered: 0,
    failed: 0,
    unsettledAtKill: 0,
    answeredJustBefore: 0,
    repeatedAfter: 0,
  };
}
