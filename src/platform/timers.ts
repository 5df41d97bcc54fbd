/** The runtime's timers. */
import { FewTimers } from "../core/few-timers.ts";

export function schedule(delayMs: number, work: () => void): () => void {
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
}

/** Of a Durable Object, which lives on: see `FewTimers` for what it costs there to clear one. */
export function objectTimers(): FewTimers {
  return new FewTimers({ now: () => Date.now(), schedule });
}
