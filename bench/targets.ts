/** What the product promises of its speed and cost, and whether a run keeps it. Figures are medians of one run. */

/** What the targets look at; undefined where the row did not run. */
export interface Figures {
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly d?: number;
  readonly e?: number;
  readonly f?: number;
  readonly h?: number;
  readonly j?: number;
  readonly k?: number;
  readonly l?: number;
  readonly floorP99Ms?: number;
  readonly deliveryP99Ms?: number;
  readonly backlogRssMb?: number;
  /** At 1,000 events/s. */
  readonly dollarsWithOneSubscriber?: number;
  readonly dollarsWithTenSubscribers?: number;
  /** Billed operations of an idle channel. */
  readonly idleOperations?: number;
  /** Evaluations per second of CPU: of a filter, or of all filters of a channel for one event. */
  readonly exactFilters?: number;
  readonly cesqlFilters?: number;
  readonly matchedByOne?: number;
  readonly matchedByThousand?: number;
}

export interface Target {
  readonly id: string;
  readonly says: string;
  readonly measured: (figures: Figures) => number | undefined;
  readonly limit: { readonly kind: "at least" | "at most" | "less than"; readonly value: number };
}

export interface Verdict {
  readonly id: string;
  readonly says: string;
  readonly measured: number;
  readonly passed: boolean;
}

export const TARGETS: readonly Target[] = [
  atLeast("b/a", "the floor with group commit reaches 0.40 of the bare Worker", 0.4, ({ a, b }) => ratio(b, a)),
  atLeast("c/b", "ingest reaches 0.60 of group commit", 0.6, ({ b, c }) => ratio(c, b)),
  atLeast("d/b", "one Trigger reaches 0.40 of group commit", 0.4, ({ b, d }) => ratio(d, b)),
  atLeast("d/b aim", "one Trigger reaches 0.50 of group commit (the aim)", 0.5, ({ b, d }) => ratio(d, b)),
  atLeast("e/d", "nine Triggers that do not match cost a tenth at most", 0.9, ({ d, e }) => ratio(e, d)),
  atLeast("f/d", "ten that match make 1.8 times the deliveries of one", 1.8, ({ d, f }) => ratio(f, d)),
  {
    id: "g/b",
    says: "p99 to the subscriber is at most three times that of a bare commit",
    measured: ({ floorP99Ms, deliveryP99Ms }) => ratio(deliveryP99Ms, floorP99Ms),
    limit: { kind: "at most", value: 3 },
  },
  atLeast("j/c", "checking tokens costs a tenth of the ingest at most", 0.9, ({ c, j }) => ratio(j, c)),
  atLeast("h/d", "a backlog drains at 0.9 of the live rate", 0.9, ({ d, h }) => ratio(h, d)),
  lessThan("h memory", "draining a backlog takes less than 400 MB", 400, (figures) => figures.backlogRssMb),
  lessThan(
    "$ 1",
    "a million events, 1,000 posted per second, to one subscriber cost less than $0.70",
    0.7,
    (f) => f.dollarsWithOneSubscriber,
  ),
  lessThan(
    "$ 10",
    "a million events, 1,000 posted per second, to ten subscribers cost less than $1.20",
    1.2,
    (f) => f.dollarsWithTenSubscribers,
  ),
  {
    id: "$ idle",
    says: "an idle channel does nothing that is billed",
    measured: (figures) => figures.idleOperations,
    limit: { kind: "at most", value: 0 },
  },
  atLeast("k/d", "a thousand Triggers of which one matches reach half of one alone", 0.5, ({ d, k }) => ratio(k, d)),
  atLeast("l/d", "a Sequence of three steps reaches 0.28 of one Trigger", 0.28, ({ d, l }) => ratio(l, d)),
  atLeast("exact", "a filter on type and source is evaluated two million times a second", 2e6, (f) => f.exactFilters),
  atLeast("cesql", "a CESQL expression reaches a quarter of that filter", 0.25, (f) =>
    ratio(f.cesqlFilters, f.exactFilters),
  ),
  atLeast("match", "an event finds its one filter among a thousand at half the rate of one alone", 0.5, (f) =>
    ratio(f.matchedByThousand, f.matchedByOne),
  ),
];

/** One for each target whose rows ran. */
export function verdicts(figures: Figures): readonly Verdict[] {
  return TARGETS.flatMap(({ id, says, measured, limit }) => {
    const value = measured(figures);
    return value === undefined ? [] : [{ id, says, measured: value, passed: isWithin(value, limit) }];
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

function ratio(value: number | undefined, to: number | undefined): number | undefined {
  return value === undefined || to === undefined ? undefined : value / to;
}

function atLeast(id: string, says: string, value: number, measured: Target["measured"]): Target {
  return { id, says, measured, limit: { kind: "at least", value } };
}

function lessThan(id: string, says: string, value: number, measured: Target["measured"]): Target {
  return { id, says, measured, limit: { kind: "less than", value } };
}
