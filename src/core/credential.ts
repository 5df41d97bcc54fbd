/** The secret that a request presents in its Authorization header, and how one is compared with another. */
import { bytesOfBase64 } from "./base64.ts";

/**
 * The token after `Bearer`, or the password of `Basic`: over plain http kubectl sends nothing else. Undefined for a header
 * that is neither.
 */
export function credentialOf(authorization: string): string | undefined {
  const match = /^(bearer|basic) +(\S+) *$/i.exec(authorization);
  if (match === null) return undefined;
  const [, scheme = "", credential = ""] = match;
  return scheme.toLowerCase() === "bearer" ? credential : basicPassword(credential);
}

/** Takes as long for every wrong text of the same length; never indexes beyond either. `expected` is not empty. */
export function equalInConstantTime(presented: string, expected: string): boolean {
  const encoder = new TextEncoder();
  const a = encoder.encode(presented);
  const b = encoder.encode(expected);
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index % b.length] ?? 0);
  return difference === 0;
}

function basicPassword(credential: string): string | undefined {
  const text = new TextDecoder().decode(bytesOfBase64(credential));
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : text.slice(colon + 1);
}
