/**
 * Access tokens, which producers and clients of the API present. Only digests of them are compared and stored in clear:
 * neither a look-up's time nor a database says anything about a token, and 256 random bits are not found by trying.
 */
import { base64UrlText } from "./base64.ts";

/** Tells people, and scanners of leaked secrets, what they have found. */
const PREFIX = "sluice_";
/** Of randomness in a token. */
export const TOKEN_BYTES = 32;
const FORM = /^sluice_[A-Za-z0-9_-]{43}$/;

/** Takes TOKEN_BYTES random bytes. */
export function accessToken(random: Uint8Array): string {
  return PREFIX + base64UrlText(random);
}

/** False for what cannot be a token of ours, so that it need not be looked up. */
export function hasTokenForm(text: string): boolean {
  return FORM.test(text);
}

/** SHA-256 in base64url: 43 characters. */
export async function tokenDigest(token: string): Promise<string> {
  return base64UrlText(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}
