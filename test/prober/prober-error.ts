/** The run cannot go on; the message says what to do. */
export class ProberError extends Error {}

/** The reason that Node hides in `cause`, such as `connect ECONNREFUSED 127.0.0.1:8787`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  return cause instanceof Error ? cause.message || reasonOf(cause) : error.message;
}
