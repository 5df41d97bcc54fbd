/** A question to an object that may be slow or gone: a request waits for its answer so long and no longer. */

export interface AskPorts {
  /** Runs `work` later unless cancelled by the returned function. */
  schedule(delayMs: number, work: () => void): () => void;
}

/** Undefined where the answer fails or comes too late. Never rejects. */
export async function askWithin<Answer>(
  timeoutMs: number,
  question: Promise<Answer>,
  ports: AskPorts,
): Promise<Answer | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const cancel = ports.schedule(timeoutMs, () => timeout.resolve(undefined));
  return Promise.race([question.catch(() => undefined), timeout.promise]).finally(cancel);
}
