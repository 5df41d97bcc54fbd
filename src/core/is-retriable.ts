/**
 * Whether a failed attempt is worth another one (Knative data plane, table of response codes): no answer at all, 404,
 * 408, 409, 429 and everything from 500 on, codes unknown to HTTP included; never a redirect or any other 4xx.
 */
export function isRetriable(status: number | undefined): boolean {
  if (status === undefined || status >= 500) return true;
  return status === 404 || status === 408 || status === 409 || status === 429;
}
