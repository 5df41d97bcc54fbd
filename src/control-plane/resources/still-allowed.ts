/**
 * A request may outlast the right to make it: its body can take as long as its client likes. So rights are looked at once more
 * when everything has been read, before anything is done.
 */
import { unauthorized } from "./refusal.ts";

/** Refuses once the token is gone or has another role. */
export function checkStillAllowed({ isStillAllowed }: { readonly isStillAllowed?: () => boolean }): void {
  if (isStillAllowed?.() === false) throw unauthorized("Unauthorized");
}
