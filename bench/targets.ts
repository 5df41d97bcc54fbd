/** What the product promises of its speed and cost, and whether a run keeps it. */
import { COMPARED_RATE, highestReached, isReached } from "./cost-rates.ts";
import { latencyRatio, medianOf, type Ratio, ratioOf, ratioOfRows, soundRates } from "./figures.ts";
import type { FilterCase, Measurements, RowId } from "./rows/row.ts";

export interface Target {
  readonly id: string;
  readonly says: string;
  /** Undefined where its rows did not run, or no measurement of them counts. */
  readonly found: (measured: Measurements) => Finding | undefined;
  readonly limit: { readonly kind: "at least" | "at most" | "less than"; readonly value: number };
}

interface Finding {
  readonly measured: number;
  /** Of each round, where rounds are compared. */
  readonly each?: readonly number[];
  /** What it is made of, for people. */
  readonly from: string;
  /** The promise is made for a rate, and this is a figure of another. */
  readonly isOfAnotherRate?: boolean;
}

export type Outcome = "yes" | "no" | "not reached at this rate";

export interface Verdict extends Pick<Finding, "measured" | "each" | "from"> {
  readonly id: string;
  readonly says: string;
  readonly outcome: Outcome;
}

export const TARGETS: readonly Target[] = [
  rows("b", "a", 0.4, "the floor with group commit reaches 0.40 of the bare Worker"),
  rows("c", "b", 0.6, "ingest reaches 0.60 of group commit"),
  rows("d", "b", 0.4, "one Trigger reaches 0.40 of group commit"),
  { ...rows("d", "b", 0.5, "one Trigger reaches 0.50 of group commit (the aim)"), id: "d/b aim" },
  rows("e", "d", 0.9, "nine Triggers that do not match cost a tenth at most"),
  rows("f", "d", 1.8, "ten that match make 1.8 times the deliveries of one"),
  {
    id: "g/b",
    says: "p99 to the subscriber is at most three times that of a bare commit",
    found: ({ latencies }) => compared(latencyRatio(latencies), (ms) => `${ms.toFixed(1)} ms`),
    limit: { kind: "at most", value: 3 },
  },
  rows("j", "c", 0.9, "checking tokens costs a tenth of the ingest at most"),
  rows("h", "d", 0.9, "a backlog drains at 0.9 of the live rate"),
  lessThan("h memory", "draining a backlog takes less than 400 MB", 400, ({ rates }) =>
    single(medianOf(soundRates(rates, "h").map(({ peakRssMb }) => peakRssMb)), "peak of the process, MB"),
  ),
  dollars(1, 0.7, "a million events, 1,000 posted per second, to one subscriber cost less than $0.70"),
  dollars(10, 1.2, "a million events, 1,000 posted per second, to ten subscribers cost less than $1.20"),
  {
    id: "$ idle",
    says: "an idle channel does nothing that is billed",
    found: ({ atRest }) =>
      atRest && single(atRest.awake + atRest.changed, `${atRest.objects} objects, ${atRest.seconds} s`),
    limit: { kind: "at most", value: 0 },
  },
  rows("k", "d", 0.5, "a thousand Triggers of which one matches reach half of one alone"),
  rows("l", "d", 0.28, "a Sequence of three steps reaches 0.28 of one Trigger"),
  atLeast("exact", "a filter on type and source is evaluated two million times a second", 2e6, ({ filters = [] }) =>
    single(medianOf(filters.map(({ evaluationsPerSecond: { exact } }) => exact)), "per second of CPU time"),
  ),
  filterCases("cesql", ["cesql", "exact"], 0.25, "a CESQL expression reaches a quarter of that filter"),
  filterCases(
    "match",
    ["one of a thousand", "one of one"],
    0.5,
    "an event finds its one filter among a thousand at half the rate of one alone",
  ),
];

/** One for each target whose rows ran. */
export function verdicts(measured: Measurements): readonly Verdict[] {
  return TARGETS.flatMap(({ id, says, found, limit }) => {
    const finding = found(measured);
    if (finding === undefined) return [];
    const { isOfAnotherRate = false, ...shown } = finding;
    const kept = isWithin(finding.measured, limit) ? "yes" : "no";
    return [{ id, says, ...shown, outcome: isOfAnotherRate ? "not reached at this rate" : kept }];
  });
}

/** What is not a number keeps no promise. */
function isWithin(value: number, { kind, value: limit }: Target["limit"]): boolean {
  switch (kind) {
    case "at least":
      return value >= limit;
    case "at most":
      return value <= limit;
    case "less than":
      return value < limit;
    default:
      return kind satisfies never;
  }
}

function rows(row: RowId, to: RowId, value: number, says: string): Target {
  return atLeast(`${row}/${to}`, says, value, ({ rates }) => compared(ratioOfRows(rates, row, to), perSecond));
}

function filterCases(id: string, [one, to]: readonly [FilterCase, FilterCase], value: number, says: string): Target {
  return atLeast(id, says, value, ({ filters = [] }) => {
    const pairs = filters.map(({ evaluationsPerSecond: each }) => [each[one], each[to]] as const);
    return compared(ratioOf(pairs), perSecond);
  });
}

/** A rate that was not reached is a cost of something else: neither kept nor broken, and said with what was reached. */
function dollars(subscribers: number, value: number, says: string): Target {
  return lessThan(`$ ${subscribers}`, says, value, ({ costs }) => {
    const asked = costs.find((cost) => cost.subscribers === subscribers && cost.ratePerSecond === COMPARED_RATE);
    if (asked === undefined || asked.faults.length > 0) return undefined;
    const measured = asked.dollarsPerMillion.total;
    const from = `${perSecond(asked.achievedPerSecond)} of ${perSecond(COMPARED_RATE)}`;
    if (isReached(asked)) return { measured, from };
    const highest = highestReached(costs, subscribers);
    const instead =
      highest === undefined
        ? "no rate was reached"
        : `at ${perSecond(highest.ratePerSecond)}, reached, $${highest.dollarsPerMillion.total.toFixed(2)}`;
    return { measured, from: `${from}; ${instead}`, isOfAnotherRate: true };
  });
}

function compared(ratio: Ratio | undefined, inWords: (value: number) => string): Finding | undefined {
  if (ratio === undefined) return undefined;
  const { value, each, of } = ratio;
  return { measured: value, each, from: `${inWords(of[0])} of ${inWords(of[1])}` };
}

function single(value: number | undefined, from: string): Finding | undefined {
  return value === undefined ? undefined : { measured: value, from };
}

function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString("en-US")}/s`;
}

function atLeast(id: string, says: string, value: number, found: Target["found"]): Target {
  return { id, says, found, limit: { kind: "at least", value } };
}

function lessThan(id: string, says: string, value: number, found: Target["found"]): Target {
  return { id, says, found, limit: { kind: "less than", value } };
}
