/** Process that posts numbered events to the router and remembers which were acknowledged. */
import { processOptions, serveVerbs } from "../kit/asked-process.ts";
import { nowMs } from "../kit/clock.ts";
import type { Posted } from "../kit/histories.ts";
import { Load, type LoadOptions, type LoadResult } from "../kit/load.ts";
import { crashEvent } from "./event.ts";

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

function finished(result: LoadResult): void {
  if (result.status === 202) acked++;
  posted.push(record(result));
}

function record({ number, key, status, startedMs, endedMs }: LoadResult): Posted {
  const post = { number, key, startedMs, endedMs };
  if (status === 202) return { ...post, ackedMs: endedMs };
  return status === undefined ? post : { ...post, refusedWith: status };
}
