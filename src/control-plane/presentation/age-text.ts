/** How kubectl writes ages: two units while the first is small, then one. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

interface Step {
  readonly belowMs: number;
  readonly unitMs: number;
  readonly unit: string;
  /** Shown behind the first when it is not zero. */
  readonly rest?: { readonly unitMs: number; readonly unit: string };
}

const STEPS: readonly Step[] = [
  { belowMs: 2 * MINUTE_MS, unitMs: SECOND_MS, unit: "s" },
  { belowMs: 10 * MINUTE_MS, unitMs: MINUTE_MS, unit: "m", rest: { unitMs: SECOND_MS, unit: "s" } },
  { belowMs: 3 * HOUR_MS, unitMs: MINUTE_MS, unit: "m" },
  { belowMs: 8 * HOUR_MS, unitMs: HOUR_MS, unit: "h", rest: { unitMs: MINUTE_MS, unit: "m" } },
  { belowMs: 2 * DAY_MS, unitMs: HOUR_MS, unit: "h" },
  { belowMs: 8 * DAY_MS, unitMs: DAY_MS, unit: "d", rest: { unitMs: HOUR_MS, unit: "h" } },
  { belowMs: 2 * YEAR_MS, unitMs: DAY_MS, unit: "d" },
  { belowMs: 8 * YEAR_MS, unitMs: YEAR_MS, unit: "y", rest: { unitMs: DAY_MS, unit: "d" } },
];

/** What kubectl forgives of clocks that differ. */
const FORGIVEN_MS = 2 * SECOND_MS;

/** The age of an RFC 3339 time; `<unknown>` of none, `<invalid>` of one that cannot be. */
export function ageText(time: string | undefined, nowMs: number): string {
  if (time === undefined) return "<unknown>";
  const ageMs = nowMs - Date.parse(time);
  return Number.isNaN(ageMs) || ageMs <= -FORGIVEN_MS ? "<invalid>" : durationText(Math.max(ageMs, 0));
}

function durationText(ms: number): string {
  const step = STEPS.find(({ belowMs }) => ms < belowMs);
  if (step === undefined) return `${Math.floor(ms / YEAR_MS)}y`;
  const first = `${Math.floor(ms / step.unitMs)}${step.unit}`;
  const rest = step.rest === undefined ? 0 : Math.floor((ms % step.unitMs) / step.rest.unitMs);
  return rest === 0 ? first : `${first}${rest}${step.rest?.unit}`;
}
