/** The one line about what went wrong here and is no refusal: a bug, or the world. */
import { errorText } from "../core/error-text.ts";

export function logError(
  ports: { readonly log: (line: Readonly<Record<string, unknown>>) => void },
  error: unknown,
  /** Where it went wrong, if that is known. */
  place: { readonly namespace?: string } = {},
): void {
  ports.log({ event: "control-plane.error", ...place, error: errorText(error) });
}
