/** Values of a Secret's `data`: base64 of UTF-8 text, as far as Sluice reads them. */

/** The text that a validated value stands for. */
export function secretText(value: string): string {
  const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

export function secretValue(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
