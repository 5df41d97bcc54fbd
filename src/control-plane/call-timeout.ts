/** Longest wait for a channel's answer, milliseconds: one that hangs must not hold up the others. */
export const CALL_TIMEOUT_MS = 10_000;
