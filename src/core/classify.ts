/**
 * Whether a failed attempt is worth another one (reference §2.1): no answer at all, a server's fault, or one of the
 * four client errors that time may heal. Redirects are never followed, so they stay failures. Codes above 599 are in
 * no table and count as a server's fault.
 */
const MAY_HEAL: ReadonlySet<number> = new Set([404, 408, 409, 429]);

/** `undefined` is an attempt without an answer: connection error or timeout. */
export function isRetriable(status: number | undefined): boolean {
  return status === undefined || status >= 500 || MAY_HEAL.has(status);
}
