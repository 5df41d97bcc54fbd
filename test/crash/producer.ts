/** Process that posts numbered events to the router and remembers which were acknowledged. */
import { processOptions, serveVerbs } from "./child-process.ts";
import { EVENT_SOURCE, EVENT_TYPE, eventData, eventId } from "./event-format.ts";
import { nowMs, type Posted } from "./evidence.ts";
import { Load, type LoadEvent, type LoadOptions, type LoadResult, type PlannedPost } from "./load.ts";

const posted: Posted[] = [];

const load = new Load(processOptions<LoadOptions>(), {
  event: crashEvent,
  finished: (result) => posted.push(record(result)),
  nowMs,
});

serveVerbs({
  resume: () => load.resume(),
  pause: () => load.pause(),
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

function record({ number, key, status, startedMs, endedMs }: LoadResult): Posted {
  const post = { number, key, startedMs, endedMs };
  if (status === 202) return { ...post, ackedMs: endedMs };
  return status === undefined ? post : { ...post, refusedWith: status };
}
