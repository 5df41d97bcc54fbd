/**
 * When the router was seen not to accept: from the last acknowledgement before a post failed, or from that post where
 * there was none, to the first acknowledgement after it, or to the end of the run.
 */
import type { Evidence } from "./evidence.ts";
import type { Span } from "./silence.ts";

export function outagesIn({ posted, failedPosts, endedMs }: Evidence): readonly Span[] {
  const acks = posted.flatMap(({ ackedMs }) => (ackedMs === undefined ? [] : [{ atMs: ackedMs, isAck: true }]));
  const failures = failedPosts.map((failed) => ({ atMs: failed.endedMs, isAck: false }));
  const outages: Span[] = [];
  let lastAckMs: number | undefined;
  let fromMs: number | undefined;
  for (const { atMs, isAck } of [...acks, ...failures].sort((one, other) => one.atMs - other.atMs)) {
    if (!isAck) {
      fromMs ??= lastAckMs ?? atMs;
      continue;
    }
    if (fromMs !== undefined) outages.push({ fromMs, untilMs: atMs });
    fromMs = undefined;
    lastAckMs = atMs;
  }
  return fromMs === undefined ? outages : [...outages, { fromMs, untilMs: endedMs }];
}
