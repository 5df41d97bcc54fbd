const ANSWER_TIMEOUT_MS = 2_000;

/** Whether a GET of `url` is answered with 200. */
export async function isAnswering(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await answer.text();
    return answer.status === 200;
  } catch {
    // Not listening yet.
    return false;
  }
}
