/** `X-Hub-Signature-256`: HMAC-SHA-256 of the body under a shared secret. */

const HEADER = /^sha256=([0-9a-f]{64})$/i;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

/** The signature's bytes, or undefined where the header is missing or of another form. */
export function parseSignature(header: string | null): Uint8Array | undefined {
  const hex = HEADER.exec(header ?? "")?.[1];
  if (hex === undefined) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** Whether any of the secrets signed the body. Web Crypto compares in constant time. */
export async function isSigned(body: Uint8Array, signature: Uint8Array, secrets: readonly string[]): Promise<boolean> {
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey("raw", encoder.encode(secret), ALGORITHM, false, ["verify"]);
    if (await crypto.subtle.verify(ALGORITHM.name, key, signature, body)) return true;
  }
  return false;
}
