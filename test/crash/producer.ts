/** Process that posts numbered events to the router and remembers which were acknowledged. */
import { processOptions, serveVerbs } from "./child-process.ts";
import { EVENT_SOURCE, EVENT_TYPE, eventData, eventId } from "./event-format.ts";
import { nowMs, type Posted } from "./evidence.ts";
import { Load, type LoadEvent, type LoadOptions, type LoadResult, type PlannedPost } from "./load.ts";

const posted: Posted[] = [];

let acked = 0;

const load = new Load(processOptions<LoadOptions>(), { event: crashEvent, finished, nowMs });

serveVerbs({
  resume: () => load.resume(),
  pause: () => load.pause(),
  /** How many were acknowledged. */
  acked: () => acked,
  /** Everything so far; complete while paused. */
  posted: () => posted,
});

function crashEvent({ number, key }: PlannedPost): LoadEvent {
  return {
    headers: {
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-type": EVENT_TYPE,
      "ce-source": EVENT_SOURCE,
      "ce-id": eventId(number),
      "ce-partitionkey": `key-${key}`,
    },
    body: eventData(number),
  };
}

function finished(result: LoadResult): void {
  if (result.status === 202) acked++;
  posted.push(record(result));
}

function record({ number, key, status, startedMs, endedMs }: LoadResult): Posted {
  const post = { number, key, startedMs, endedMs };
  if (status === 202) return { ...post, ackedMs: endedMs };
  return status === undefined ? post : { ...post, refusedWith: status };
}
