/** What a run of the prober prints. */
import { TRIGGERS } from "./evidence.ts";
import { isKept, SETTLED_WITHIN_MS, type TriggerFigures, type Verdict } from "./judge.ts";
import type { Progress } from "./run-prober.ts";
import { lengthMs, type Span } from "./silence.ts";

type Column = readonly [title: string, value: (figures: TriggerFigures) => number];

const COLUMNS: readonly Column[] = [
  ["delivered", (figures) => figures.delivered],
  ["missing", (figures) => figures.missing],
  ["reordered", (figures) => figures.reordered],
  ["altered", (figures) => figures.altered],
  ["dup. allowed", (figures) => figures.duplicatesAllowed],
  ["dup. not allowed", (figures) => figures.duplicatesNotAllowed],
  ["refused on purpose", (figures) => figures.refused],
];

export function progressLine({ phase, elapsedMs, begun, accepted, failedPosts, delivered }: Progress): string {
  const failed = failedPosts === 0 ? "" : `, ${failedPosts} posts failed`;
  const shares = `${begun} events, ${accepted} accepted, ${delivered} of ${accepted * TRIGGERS.length} deliveries made`;
  return `${seconds(elapsedMs)} ${phase}: ${shares}${failed}`;
}

export function reportOf(verdict: Verdict): string {
  const titles = ["trigger".padEnd(10), ...COLUMNS.map(([title]) => title)];
  const row = (trigger: (typeof TRIGGERS)[number]) => [
    trigger.padEnd(10),
    ...COLUMNS.map(([title, value]) => String(value(verdict.triggers[trigger])).padStart(title.length)),
  ];
  const { accepted, givenUp, failedPosts, storedTwice, outages } = verdict;
  return [
    ...[titles, ...TRIGGERS.map(row)].map((cells) => cells.join("  ")),
    "",
    `accepted ${accepted}, given up ${givenUp}, posts that failed and were repeated ${failedPosts}, stored twice ${storedTwice}`,
    `outages ${outages.length}${outages
      .map((outage) => `; ${duration(outage)}`)
      .slice(0, SHOWN_OUTAGES)
      .join("")}`,
    `longest time without accepting an event: ${duration(verdict.longestWithoutAccepting)}`,
    `longest time without delivering one: ${duration(verdict.longestWithoutDelivering)}`,
    ...duplicateRule(verdict),
    "",
    isKept(verdict) ? "KEPT: nothing is missing, reordered, altered or stored twice" : brokenPromise(verdict),
  ].join("\n");
}

const SHOWN_OUTAGES = 10;

function duplicateRule({ triggers, outages }: Verdict): readonly string[] {
  const figures = Object.values(triggers);
  if (figures.every(({ duplicatesAllowed, duplicatesNotAllowed }) => duplicatesAllowed + duplicatesNotAllowed === 0))
    return [];
  const around = `what was answered at most ${seconds(SETTLED_WITHIN_MS)} before an outage, or during it, may come again`;
  return [`duplicates: ${around}${outages.length === 0 ? "; no outage was seen, so none is allowed" : ""}`];
}

function brokenPromise(verdict: Verdict): string {
  if (verdict.accepted === 0) return "BROKEN: no event was accepted";
  const sum = (value: (figures: TriggerFigures) => number) =>
    TRIGGERS.reduce((total, trigger) => total + value(verdict.triggers[trigger]), 0);
  const counts = [
    `missing ${sum(({ missing }) => missing)}`,
    `reordered ${sum(({ reordered }) => reordered)}`,
    `altered ${sum(({ altered }) => altered)}`,
    `stored twice ${verdict.storedTwice}`,
  ];
  return `BROKEN: ${counts.join(", ")}`;
}

function duration(span: Span | undefined): string {
  if (span === undefined) return "none";
  return `${lengthMs(span).toFixed(0)} ms at ${new Date(span.fromMs).toISOString()}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
