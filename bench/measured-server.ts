/** A workerd that is measured: where it listens and which process it is. */
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface MeasuredServer {
  readonly url: string;
  /** Of workerd itself. */
  readonly pid: number;
  /** Resolves when its processes are gone. */
  stop(): Promise<void>;
}

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const POLL_MS = 20;
const ANSWER_TIMEOUT_MS = 2_000;

export async function untilAnswered(url: string, timeoutMs: number): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await answers(url)); await wait(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`${url} does not answer`);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await answer.text();
    return answer.status === 200;
  } catch {
    // Not listening yet.
    return false;
  }
}
