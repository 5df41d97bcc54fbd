/** What whatever was thrown says of itself: for logs, and for messages that tell why something else failed. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
