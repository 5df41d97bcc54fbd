/** What a crash run prints, and what it takes to pass. */
import { SHARED_COURIERS } from "../../src/channel/lanes.ts";
import { TRIGGERS } from "./evidence.ts";
import type { Fault } from "./judge.ts";
import type { RoundFigures } from "./round-figures.ts";
import type { CrashRun } from "./run-crash.ts";

/** Kills must have met work: this many open deliveries per round on average (1,000 in 20 rounds). */
export const UNSETTLED_PER_ROUND = 50;
/** Requests that one courier may have in flight, see `scripts/workerd-config.mjs`. */
const COURIER_WINDOW = 256;
/** What couriers may have in flight for one Trigger at the kill. */
const MOST_IN_FLIGHT = COURIER_WINDOW * SHARED_COURIERS;
const SHOWN_FAULTS = 20;

type Column = readonly [title: string, value: (figures: RoundFigures, round: number) => number];

/** Empty when the run passed; otherwise what is wrong, for people. */
export function failuresOf(run: CrashRun): readonly string[] {
  const { rounds, unsettled, faults, acked } = run.verdict;
  const failures = faults
    .slice(0, SHOWN_FAULTS)
    .map(({ kind, trigger, number }) => `${kind}: event ${number} at ${trigger}`);
  if (faults.length > SHOWN_FAULTS) failures.push(`... ${faults.length} faults in all: ${faultCounts(faults)}`);
  for (const [round, { repeatedAfter, answeredJustBefore }] of rounds.entries()) {
    const allowed = MOST_IN_FLIGHT * TRIGGERS.length + answeredJustBefore;
    if (repeatedAfter > allowed)
      failures.push(`${repeatedAfter} repeated after kill ${round + 1}, allowed are ${allowed}`);
  }
  const wanted = rounds.length * UNSETTLED_PER_ROUND;
  if (unsettled < wanted)
    failures.push(`only ${unsettled} deliveries were open at the kills, which shows nothing: ${wanted} are needed`);
  if (acked === 0) failures.push("no event was acknowledged");
  return failures;
}

export function reportOf(run: CrashRun): string {
  const { rounds, unsettled, acked, faults } = run.verdict;
  const columns: readonly Column[] = [
    ["round", (_, round) => round + 1],
    ["start ms", (_, round) => run.startsMs[round] ?? 0],
    ["kill ms", (_, round) => run.killedAfterMs[round] ?? 0],
    ["acked", (figures) => figures.acked],
    ["refused", (figures) => figures.refused],
    ["broken", (figures) => figures.broken],
    ["2xx", (figures) => figures.delivered],
    ["503", (figures) => figures.failed],
    ["open", (figures) => figures.unsettledAtKill],
    ["last 1 s", (figures) => figures.answeredJustBefore],
    ["again", (figures) => figures.repeatedAfter],
  ];
  const titles = columns.map(([title]) => title.padStart(9)).join("");
  const lines = rounds.map((figures, round) =>
    columns.map(([, value]) => value(figures, round).toFixed(0).padStart(9)).join(""),
  );
  const again = repeatedIn(rounds);
  return [
    titles,
    ...lines,
    "",
    `${acked} events acknowledged, ${unsettled} deliveries open at ${rounds.length} kills, ${again} delivered again,`,
    `drained ${(run.drainedMs / 1_000).toFixed(1)} s after the last start; faults: ${faultCounts(faults)}`,
  ].join("\n");
}

/** What is kept of a run, whether it passed or not. */
export function crashRecord(run: CrashRun, options: { readonly ratePerSecond: number }) {
  const { rounds, acked, unsettled, faults } = run.verdict;
  return {
    rounds: rounds.length,
    ratePerSecond: options.ratePerSecond,
    acked,
    openAtKills: unsettled,
    repeated: repeatedIn(rounds),
    mostRepeatedInARound: Math.max(0, ...rounds.map((round) => round.repeatedAfter)),
    faults: faults.length,
    failures: failuresOf(run),
  };
}

function repeatedIn(rounds: readonly RoundFigures[]): number {
  return rounds.reduce((sum, round) => sum + round.repeatedAfter, 0);
}

function faultCounts(faults: readonly Fault[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ") || "none";
}
