/** Whether a failed attempt is worth another one (reference §2.1). */
export function isRetriable(status: number | undefined): boolean {
  if (status === undefined || status >= 500) return true;
  return status === 404 || status === 408 || status === 409 || status === 429;
}
