/** When the router was seen not to accept: from the last acknowledgement before a post failed to the first one after. */
import type { Evidence } from "./evidence.ts";
import type { Span } from "./silence.ts";

export function outagesIn({ posted, failedPosts, endedMs }: Evidence): readonly Span[] {
  const acks = posted.flatMap(({ ackedMs }) => (ackedMs === undefined ? [] : [{ atMs: ackedMs, isAck: true }]));
  const failures = failedPosts.map((failed) => ({ atMs: failed.endedMs, isAck: false }));
  const outages: Span[] = [];
  let lastAckMs = Number.NEGATIVE_INFINITY;
  let fromMs: number | undefined;
  for (const { atMs, isAck } of [...acks, ...failures].sort((one, other) => one.atMs - other.atMs)) {
    if (!isAck) {
      fromMs ??= lastAckMs;
      continue;
    }
    if (fromMs !== undefined) outages.push({ fromMs, untilMs: atMs });
    fromMs = undefined;
    lastAckMs = atMs;
  }
  return fromMs === undefined ? outages : [...outages, { fromMs, untilMs: endedMs }];
}
