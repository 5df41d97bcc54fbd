/** A question to an object that may be slow or gone: a request waits for its answer so long and no longer. */

export interface AskPorts {
  /** Runs `work` later unless cancelled by the returned function. */
  schedule(delayMs: number, work: () => void): () => void;
}

/** Undefined where the answer fails or comes too late. Never rejects. */
export async function askWithin<Answer>(
  timeoutMs: number,
  ask: () => Promise<Answer>,
  ports: AskPorts,
): Promise<Answer | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const cancel = ports.schedule(timeoutMs, () => timeout.resolve(undefined));
  return Promise.race([answerOf(ask), timeout.promise]).finally(cancel);
}

async function answerOf<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch {
    // Calls to objects fail in many ways, and all mean the same: there is no answer.
    return undefined;
  }
}
