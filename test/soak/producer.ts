/** Process that posts numbered events to the router and remembers one bit of each. */
import { processOptions, serveVerbs } from "../kit/asked-process.ts";
import { nowMs } from "../kit/clock.ts";
import { Load, type LoadOptions, type LoadResult } from "../kit/load.ts";
import { windowOf } from "./evidence.ts";
import { NumberSet } from "./number-set.ts";
import { soakEvent } from "./soak-event.ts";

export interface ProducerOptions extends LoadOptions {
  readonly firstNumber: number;
}

export interface Produced {
  readonly begun: number;
  /** Bytes of a `NumberSet`. */
  readonly accepted: Uint8Array;
  readonly notAccepted: number;
  /** Events accepted, by window. */
  readonly windows: ReadonlyMap<number, number>;
}

const options = processOptions<ProducerOptions>();
const accepted = new NumberSet();
const windows = new Map<number, number>();
let notAccepted = 0;
const load = new Load(options, {
  event: ({ number, dueMs }) => soakEvent(options.firstNumber + number, dueMs),
  finished,
  nowMs,
});

serveVerbs({
  resume: () => load.resume(),
  pause: () => load.pause(),
  produced: (): Produced => ({ begun: load.count, accepted: accepted.bytes, notAccepted, windows }),
});

function finished({ number, status, endedMs }: LoadResult): void {
  if (status !== 202) {
    notAccepted++;
    return;
  }
  accepted.add(options.firstNumber + number);
  const window = windowOf(endedMs);
  windows.set(window, (windows.get(window) ?? 0) + 1);
}
