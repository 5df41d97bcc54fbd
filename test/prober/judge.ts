/**
 * Decides from what the prober saw whether the router kept its promises:
 *
 *   - an event that was acknowledged, or was seen anywhere, is answered with 2xx by every Trigger's subscriber;
 *   - of one key, the ordered subscriber sees no event before the acknowledged one ahead of it was answered with 2xx;
 *   - posts with one `Idempotency-Key` are stored once, and nothing is invented or altered;
 *   - an event comes again only around an outage. Deliveries are at least once: outcomes are written a moment after the
 *     answer, so what was under way or answered just before an outage may come again after it. That is the rule for
 *     what is allowed; duplicates alone never make a run fail.
 */
import { firstSuccessMs, type Histories, historiesOf, outOfOrder, type Repeat, repeatsIn } from "../kit/histories.ts";
import { type Delivery, type Evidence, TRIGGERS, type TriggerName } from "./evidence.ts";
import { outagesIn } from "./outages.ts";
import { longestSilence, type Span } from "./silence.ts";

/**
 * An outcome is on disk this long after its answer, milliseconds. It takes a fraction of a second; the rest is for a
 * busy machine, and for a redeploy, which may stop the channel before the part that takes posts.
 */
export const SETTLED_WITHIN_MS = 5_000;

export interface TriggerFigures {
  /** Events that were answered with 2xx. */
  readonly delivered: number;
  readonly missing: number;
  readonly duplicatesAllowed: number;
  readonly duplicatesNotAllowed: number;
  readonly reordered: number;
  /** Deliveries whose bytes or attributes were not those posted, or that nobody posted. */
  readonly altered: number;
  /** Attempts that the subscriber refused on purpose. */
  readonly refused: number;
}

export interface Verdict {
  readonly accepted: number;
  /** Events that no post brought to an acknowledgement. */
  readonly givenUp: number;
  readonly failedPosts: number;
  readonly triggers: Readonly<Record<TriggerName, TriggerFigures>>;
  readonly storedTwice: number;
  readonly outages: readonly Span[];
  /** While events were posted, none was acknowledged. */
  readonly longestWithoutAccepting: Span | undefined;
  /** While events were posted or acknowledged ones were owed, none arrived. */
  readonly longestWithoutDelivering: Span | undefined;
}

export function judge(evidence: Evidence): Verdict {
  const { posted, failedPosts, received } = evidence;
  const histories = historiesOf(TRIGGERS, received);
  const outages = outagesIn(evidence);
  const offered = posted.map(({ startedMs, endedMs }) => ({ fromMs: startedMs, untilMs: endedMs }));
  const accepted = posted.filter(({ ackedMs }) => ackedMs !== undefined).length;
  const figures = (trigger: TriggerName) => figuresOf(trigger, evidence, histories, outages);
  return {
    accepted,
    givenUp: posted.length - accepted,
    failedPosts: failedPosts.length,
    triggers: { unordered: figures("unordered"), ordered: figures("ordered"), flaky: figures("flaky") },
    storedTwice: storedTwice(received),
    outages,
    longestWithoutAccepting: longestSilence(
      offered,
      posted.flatMap(({ ackedMs }) => ackedMs ?? []),
    ),
    longestWithoutDelivering: longestSilence(
      [...offered, ...owed(evidence, histories)],
      received.map(({ arrivedMs }) => arrivedMs),
    ),
  };
}

/** Whether the router kept its promises. */
export function isKept({ accepted, triggers, storedTwice }: Verdict): boolean {
  const faults = Object.values(triggers).map(({ missing, reordered, altered }) => missing + reordered + altered);
  return accepted > 0 && storedTwice === 0 && faults.every((count) => count === 0);
}

function figuresOf(
  trigger: TriggerName,
  { posted, received }: Evidence,
  histories: Histories<Delivery>,
  outages: readonly Span[],
): TriggerFigures {
  const history = histories.get(trigger) ?? new Map<number, readonly Delivery[]>();
  const repeats = repeatsIn(new Map([[trigger, history]]));
  const allowed = repeats.filter((repeat) => isAllowed(repeat, outages)).length;
  const numbers = new Set(posted.map(({ number }) => number));
  const here = received.filter((each) => each.trigger === trigger);
  const wasStored = (number: number) => TRIGGERS.some((name) => histories.get(name)?.has(number));
  const stored = posted.filter(({ number, ackedMs }) => ackedMs !== undefined || wasStored(number));
  const missing = stored.filter(({ number }) => firstSuccessMs(history.get(number)) === undefined).length;
  return {
    delivered: stored.length - missing,
    missing,
    duplicatesAllowed: allowed,
    duplicatesNotAllowed: repeats.length - allowed,
    reordered: trigger === "ordered" ? outOfOrder(posted, history).length : 0,
    altered: here.filter(({ number, isIntact }) => !isIntact || !numbers.has(number)).length,
    refused: here.filter(({ status }) => status >= 300).length,
  };
}

/** The outage came while the first delivery was under way or just after its answer, and before the second one. */
function isAllowed({ answered, again }: Repeat<Delivery>, outages: readonly Span[]): boolean {
  return outages.some(
    ({ fromMs, untilMs }) =>
      (answered.answeredMs ?? 0) >= fromMs - SETTLED_WITHIN_MS &&
      answered.arrivedMs <= untilMs &&
      again.arrivedMs > fromMs,
  );
}

function storedTwice(received: readonly Delivery[]): number {
  const attempts = new Map<number, number>();
  const twice = new Set<number>();
  for (const { number, attempt } of received) {
    if ((attempts.get(number) ?? attempt) !== attempt) twice.add(number);
    attempts.set(number, attempt);
  }
  return twice.size;
}

/** From each acknowledgement to the first arrival at each Trigger. */
function owed({ posted, endedMs }: Evidence, histories: Histories<Delivery>): readonly Span[] {
  return posted.flatMap(({ number, ackedMs }) =>
    ackedMs === undefined
      ? []
      : TRIGGERS.map((trigger) => ({
          fromMs: ackedMs,
          untilMs: histories.get(trigger)?.get(number)?.[0]?.arrivedMs ?? endedMs,
        })),
  );
}
