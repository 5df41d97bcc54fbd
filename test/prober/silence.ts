/** The longest time without service. */

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * The longest part of the time covered by `wanted` in which none of `served` lies: how long something was waited for
 * while nothing came. Undefined where nothing was wanted.
 */
export function longestSilence(wanted: readonly Span[], served: readonly number[]): Span | undefined {
  const marks = served.toSorted((one, other) => one - other);
  let longest: Span | undefined;
  let next = 0;
  for (const { fromMs, untilMs } of joined(wanted)) {
    let sinceMs = fromMs;
    for (; (marks[next] ?? Number.POSITIVE_INFINITY) <= untilMs; next++) {
      const mark = Math.max(marks[next] ?? 0, fromMs);
      longest = longer(longest, { fromMs: sinceMs, untilMs: mark });
      sinceMs = mark;
    }
    longest = longer(longest, { fromMs: sinceMs, untilMs });
  }
  return longest;
}

export function lengthMs({ fromMs, untilMs }: Span): number {
  return untilMs - fromMs;
}

/** Spans that overlap or touch become one; in order. */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    if (lengthMs(span) <= 0) continue;
    const last = result.at(-1);
    if (last === undefined || span.fromMs > last.untilMs) result.push(span);
    else if (span.untilMs > last.untilMs) result[result.length - 1] = { fromMs: last.fromMs, untilMs: span.untilMs };
  }
  return result;
}

function longer(one: Span | undefined, other: Span): Span {
  return one === undefined || lengthMs(other) > lengthMs(one) ? other : one;
}
