/** The one line about what went wrong here and is no refusal: a bug, or the world. */
import { errorText } from "../core/error-text.ts";

export function logError(
  ports: { readonly log: (line: Readonly<Record<string, unknown>>) => void },
  error: unknown,
): void {
  ports.log({ event: "control-plane.error", error: errorText(error) });
}
