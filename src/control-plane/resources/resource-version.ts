/** A resourceVersion as clients send it: a whole number; 0 when there is none, which means any. */
import { badRequest } from "./refusal.ts";

/** What is exact as a number. */
const RESOURCE_VERSION = /^\d{1,15}$/;

export function parseResourceVersion(text: string | null): number {
  if (text === null || text === "") return 0;
  if (RESOURCE_VERSION.test(text)) return Number(text);
  throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a whole number`);
}
