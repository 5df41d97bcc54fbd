/** Values of a Secret's `data`: base64 of UTF-8 text, as far as Sluice reads them. */
import { base64Text, bytesOfBase64 } from "../../../core/base64.ts";

/** The text that a validated value stands for. */
export function secretText(value: string): string {
  return new TextDecoder().decode(bytesOfBase64(value));
}

export function secretValue(text: string): string {
  return base64Text(new TextEncoder().encode(text));
}
